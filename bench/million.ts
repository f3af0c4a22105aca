import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { child } from "./child.ts";
import type { Figure } from "./figure.ts";
import { ASSETS, million as graph, NOW, PARTITIONS, Writer } from "./million_graph.ts";
import { open } from "./trivial.ts";

const ROUNDS = 5;
const SCATTERED = 40_000;
/** Events that are committed at once. */
const AT_ONCE = 400;

/** Made once, however often it is measured. */
let built: Promise<{ readonly loaded: string; readonly scattered: string }> | undefined;

/** Opening a state of one million partitions in 100 assets; again after events here and there; and a further event. */
export async function million(folder: string): Promise<Figure[]> {
  const { loaded, scattered } = await (built ??= build(folder));
  const ticked = `${folder}/ticked.sqlite`;
  return [
    { name: "million_load_ms", value: await opening(loaded), unit: "ms", limit: 1_000, state: loaded },
    {
      name: "million_tail_load_ms",
      value: await opening(scattered),
      unit: "ms",
      limit: 1_200,
      state: scattered,
    },
    { name: "million_tick_ms", value: await ticking(loaded, ticked), unit: "ms", limit: 5, state: ticked },
    {
      name: "api_ranges_ms",
      value: await child<number>("million_child.ts", ["ranges", loaded]),
      unit: "ms",
      limit: 5,
      state: loaded,
    },
    {
      name: "daemon_rss_mb",
      value: await child<number>("million_child.ts", ["rss", ticked]),
      unit: "MB",
      limit: 350,
      state: ticked,
    },
  ];
}

/** The least of several: whatever else the machine does can only add to it. */
async function opening(path: string): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    least = Math.min(least, await child<number>("million_child.ts", ["load", path]));
  }
  return least;
}

/** One event arrives in a copy, and how all of it stands is asked again. */
async function ticking(from: string, path: string): Promise<number> {
  await Deno.copyFile(from, path);
  return await child<number>("million_child.ts", ["tick", path]);
}

async function build(folder: string) {
  const [loaded, scattered] = [`${folder}/million.sqlite`, `${folder}/scattered.sqlite`];
  const first = await openSqliteState({ path: loaded });
  const { index } = await open(graph, first, () => NOW);
  const writer = new Writer(index.nodes.map(({ codeId }) => codeId));
  const everything = Array.from({ length: ASSETS * PARTITIONS }, (_, place) => place);
  await write(first, writer, everything, PARTITIONS);
  await first.close();
  await Deno.copyFile(loaded, scattered);

  const second = await openSqliteState({ path: scattered });
  // A step that shares no divisor with their number meets all of them, far apart.
  const step = 618_033;
  const some = Array.from({ length: SCATTERED }, (_, i) => i * step % everything.length);
  await write(second, writer, some, AT_ONCE);
  await second.close();
  return { loaded, scattered };
}

async function write(
  state: Awaited<ReturnType<typeof openSqliteState>>,
  writer: Writer,
  places: readonly number[],
  atOnce: number,
): Promise<void> {
  let read = 0;
  for (let from = 0; from < places.length; from += atOnce) {
    const events = places.slice(from, from + atOnce).map((place) =>
      writer.event(Math.floor(place / PARTITIONS), place % PARTITIONS, read)
    );
    const committed = await state.commit({ claim: null, events });
    if (committed.status !== "committed") throw new Error(`found it ${committed.status}`);
    read = committed.seq;
  }
}
