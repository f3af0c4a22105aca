import process from "node:process";
import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { openInThread } from "../adapters/state/sqlite/thread/open.ts";
import { systemClock } from "../app/system.ts";
import { Pulse, SECOND, serve } from "../core/mod.ts";
import { api } from "../web/api/api.ts";
import { median, timed } from "./figure.ts";
import { million, NOW, Writer } from "./million_graph.ts";
import { everything, open } from "./trivial.ts";

const all = { ...everything(million), all: true };

/**
 * Opens the state at a path as a command does, and takes in all of it. The time is that which passes or, where other
 * programs keep the machine busy meanwhile, that in which this one was at work.
 */
async function load(path: string): Promise<number> {
  const before = process.cpuUsage();
  const passed = await timed(async () => {
    const state = await openSqliteState({ path, access: "read" });
    const { index } = await open(million, state, () => NOW);
    await state.close();
    const { rows, set } = index.nodes.at(-1)!;
    if (rows.materialized([set.existing(NOW)!]) === 0) throw new Error("nothing was loaded");
  });
  const { user, system } = process.cpuUsage(before);
  return Math.min(passed, (user + system) / 1_000);
}

/** One event arrives, and the statuses of all assets are answered again, as in a daemon. */
async function tick(path: string): Promise<number> {
  const [reading, writing] = [await openInThread({ path }), await openSqliteState({ path })];
  const reader = await open(million, reading, () => NOW);
  const writer = new Writer(reader.index.nodes.map(({ codeId }) => codeId), 1);
  const stale = async () =>
    (await reader.status(all)).reduce((sum, { partitions }) => sum + partitions.stale, 0);
  const took: number[] = [];
  let before = await stale();
  for (let hour = 0; hour < 100; hour++) {
    // Each time another external asset and hour, which is read in four layers.
    await writing.commit({ claim: null, events: [writer.event(hour % 20, 97 * hour, reader.index.seq)] });
    let after = before;
    took.push(await timed(async () => after = await stale()));
    if (after <= before) throw new Error(`after an event ${after} are stale, before it ${before}`);
    before = after;
  }
  await writing.close();
  await reading.close();
  return median(took);
}

/** The memory of a daemon that keeps all of it true, ten seconds after it was loaded, in MB. */
async function rss(path: string): Promise<number> {
  const state = await openInThread({ path });
  const clock = { ...systemClock, now: () => NOW };
  const orchestrator = await open(million, state, clock.now, { clock });
  const over = new AbortController();
  const served = serve({
    orchestrator,
    tickers: async () => [await orchestrator.ticker()],
    signal: over.signal,
    grace: 0,
    pulse: new Pulse(clock),
    tell: () => {},
    observe: () => {},
  });
  await clock.sleep(10 * SECOND);
  const { rss } = Deno.memoryUsage();
  over.abort();
  await served;
  await state.close();
  return rss / 1024 ** 2;
}

/** Asks for the states of an asset after another, as ranges over a window of its partitions, as a daemon answers them. */
async function ranges(path: string): Promise<number> {
  const state = await openInThread({ path });
  const orchestrator = await open(million, state, () => NOW);
  const lake = { orchestrator, state, graph: million, requests: () => 0, limited: () => 0 };
  const app = api({ lake: () => lake, lookbackDays: 7 });
  const took: number[] = [];
  for (const { key, partitions } of million.assets) {
    const { from, to } = partitions.existing(NOW)!;
    const [first, last] = [from + 1_000, to - 1_000].map((ordinal) => partitions.key(ordinal));
    took.push(
      await timed(async () => {
        const response = await app.request(`/assets/${key}/states?from=${first}&to=${last}`);
        if (response.status !== 200) throw new Error(await response.text());
        await response.text();
      }),
    );
  }
  await state.close();
  return median(took);
}

const [what, path] = Deno.args;
console.log(JSON.stringify(await { tick, load, rss, ranges }[what as "tick"](path!)));
