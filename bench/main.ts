import { automation } from "./automation.ts";
import { dump } from "./dump.ts";
import { type Figure, keeps, report } from "./figure.ts";
import { marks } from "./marks.ts";
import { million } from "./million.ts";
import { chained, intents, partitions, ticks } from "./overhead.ts";
import { pages } from "./pages.ts";
import { measureDagster, PeerError } from "./peer/dagster.ts";
import { queue } from "./queue.ts";
import { sideBySide } from "./side_by_side.ts";
import { year } from "./year.ts";

/**
 * Measures one figure after the other; with arguments, only those whose group is named. With `--peer` it first measures
 * Dagster, and shows what that takes for the same.
 */
const groups = {
  chained,
  partitions,
  intents,
  ticks,
  automation,
  marks,
  million,
  pages,
  queue,
  year,
  "side-by-side": sideBySide,
  dump,
};

const ATTEMPTS = 5;
const out = "bench/out";
const named = Deno.args.filter((each) => each !== "--peer");
await Deno.remove(out, { recursive: true }).catch(() => {});
const peer = Deno.args.includes("--peer") ? await measured(`${out}/peer`) : undefined;
let kept = true;
for (const [name, measure] of Object.entries(groups)) {
  if (named.length > 0 && !named.includes(name)) continue;
  let figures: readonly Figure[] = [];
  // Whatever else the machine does can only make a figure worse: one beyond its limit is measured again.
  for (let attempt = 1; attempt <= ATTEMPTS && (attempt === 1 || !figures.every(keeps)); attempt++) {
    const folder = `${out}/${name}_${attempt}`;
    await Deno.mkdir(folder, { recursive: true });
    figures = await measure(folder);
  }
  for (const figure of figures) report(figure, peer);
  kept &&= figures.every(keeps);
}
if (!kept) {
  console.error("bench: a figure is beyond its limit");
  Deno.exit(1);
}

async function measured(folder: string) {
  try {
    return await measureDagster(folder);
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
