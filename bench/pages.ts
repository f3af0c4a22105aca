import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { child } from "./child.ts";
import { type Figure, median } from "./figure.ts";
import { lines } from "./lines.ts";
import { ABOVE, HOURS, lake, NOW } from "./web/graph.ts";
import { build, Writer } from "./web/state.ts";
import { open } from "./trivial.ts";

/** So many events are followed, one after the other. */
const EVENTS = 60;

interface Pages {
  readonly p95: number;
  readonly kilobytes: number;
}

/** Made once, however often it is measured. */
let built: Promise<string> | undefined;

/** The pages over a state of one million partitions in 100 assets, with thousands of runs, failures and alerts. */
export async function pages(folder: string): Promise<Figure[]> {
  const state = await (built ??= made(`${folder}/pages.sqlite`));
  const { p95, kilobytes } = await child<Pages>("web/child.ts", ["pages", state]);
  const growth = await child<number>("web/child.ts", ["growth", state]);
  return [
    { name: "page_p95_ms", value: p95, unit: "ms", limit: 50, state },
    { name: "page_kb", value: kilobytes, unit: "kB", limit: 150, state },
    { name: "live_ms", value: await live(state), unit: "ms", limit: 50, state },
    { name: "web_rss_growth_mb", value: growth, unit: "MB", limit: 20, state },
  ];
}

async function made(path: string): Promise<string> {
  await build(path);
  return path;
}

/** From when an event was committed here until who follows another process over HTTP has it. */
async function live(path: string): Promise<number> {
  const serving = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "bench/web/child.ts", "serve", path],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const url = JSON.parse((await lines(serving.stdout).next()).value!);
  const state = await openSqliteState({ path });
  const { index } = await open(lake, state, () => NOW);
  const writer = new Writer(index.nodes.map(({ codeId }) => codeId), 9);
  const over = new AbortController();
  const response = await fetch(`${url}/api/live`, { signal: over.signal });
  const told = lines(response.body!);
  const until = async (seq: number) => {
    for (;;) {
      const { value, done } = await told.next();
      if (done) throw new Error("following the lake: found the end, wanted more");
      if (value.startsWith("id: ") && Number(value.slice("id: ".length)) >= seq) return;
    }
  };
  await until(0);
  const took: number[] = [];
  for (let event = 0; event < EVENTS; event++) {
    const events = [writer.event(event % ABOVE, 97 * event % HOURS, index.seq)];
    const committed = await state.commit({ claim: null, events });
    if (committed.status !== "committed") throw new Error(`found it ${committed.status}`);
    const start = performance.now();
    await until(committed.seq);
    took.push(performance.now() - start);
  }
  over.abort();
  await state.close();
  await serving.stdin.close();
  await serving.status;
  return median(took);
}
