import { report } from "./figure.ts";
import { chained, partitions, ticks } from "./overhead.ts";
import { year } from "./year.ts";

/** Measures one figure after the other; with arguments, only those whose group is named. */
const groups = { chained, partitions, ticks, year };

const folder = "bench/out";
await Deno.remove(folder, { recursive: true }).catch(() => {});
await Deno.mkdir(folder, { recursive: true });
let kept = true;
for (const [name, measure] of Object.entries(groups)) {
  if (Deno.args.length > 0 && !Deno.args.includes(name)) continue;
  for (const figure of await measure(folder)) kept = report(figure) && kept;
}
if (!kept) {
  console.error("bench: a figure is beyond its limit");
  Deno.exit(1);
}
