import { type Figure, keeps, report } from "./figure.ts";
import { chained, intents, partitions, ticks } from "./overhead.ts";
import { year } from "./year.ts";

/** Measures one figure after the other; with arguments, only those whose group is named. */
const groups = { chained, partitions, intents, ticks, year };

const ATTEMPTS = 3;
const out = "bench/out";
await Deno.remove(out, { recursive: true }).catch(() => {});
let kept = true;
for (const [name, measure] of Object.entries(groups)) {
  if (Deno.args.length > 0 && !Deno.args.includes(name)) continue;
  let figures: readonly Figure[] = [];
  // Whatever else the machine does can only make a figure worse: one beyond its limit is measured again.
  for (let attempt = 1; attempt <= ATTEMPTS && (attempt === 1 || !figures.every(keeps)); attempt++) {
    const folder = `${out}/${name}_${attempt}`;
    await Deno.mkdir(folder, { recursive: true });
    figures = await measure(folder);
  }
  for (const figure of figures) report(figure);
  kept &&= figures.every(keeps);
}
if (!kept) {
  console.error("bench: a figure is beyond its limit");
  Deno.exit(1);
}
