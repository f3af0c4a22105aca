import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { openInThread } from "../adapters/state/sqlite/thread/open.ts";
import { systemClock as clock } from "../app/system.ts";
import {
  type AssetKey,
  daily,
  DAY,
  definer,
  graph as graphOf,
  hourly,
  type Output,
  type State,
} from "../core/mod.ts";
import { type Figure, median, timed } from "./figure.ts";
import { days, open } from "./trivial.ts";

/** Runs that are measured, after others: a daemon is at work for long. */
const RUNS = 2_000, BEFORE = 500;
const YIELDS = 5;
const limits = { steps: 4, pools: { openaq: 1 } };

/**
 * Runs of one daily partition each, from being queued to having ended, by a command and by a daemon, whose state works in a
 * thread; and how long an urgent one waits for a year's.
 */
export async function queue(folder: string): Promise<Figure[]> {
  const [worked, served, yielded] = ["worked", "served", "yielded"].map((name) =>
    `${folder}/${name}.sqlite`
  ) as [
    string,
    string,
    string,
  ];
  const waits: number[] = [];
  for (let i = 0; i < YIELDS; i++) waits.push(await waiting(`${yielded}.${i}`));
  return [
    {
      name: "queue_runs_per_s",
      value: await runs(await openSqliteState({ path: worked })),
      unit: "1/s",
      limit: 1_000,
      atLeast: true,
      state: worked,
    },
    {
      name: "daemon_runs_per_s",
      value: await runs(await openInThread({ path: served })),
      unit: "1/s",
      limit: 600,
      atLeast: true,
      state: served,
    },
    { name: "yield_ms", value: median(waits), unit: "ms", limit: 1_000, state: `${yielded}.0` },
  ];
}

async function runs(state: State): Promise<number> {
  const orchestrator = await open(days(), state);
  const work = async (from: number, to: number) => {
    await Promise.all(Array.from({ length: to - from }, (_, i) => {
      const day = new Date(Date.UTC(2018, 0, 1) + (from + i) * DAY).toISOString().slice(0, 10);
      return state.enqueue(request("trivial/days", day, day), clock.now());
    }));
    for await (const { run, outcome } of orchestrator.work()) {
      if (outcome.status !== "succeeded") throw new Error(`run ${run}: found it ${outcome.status}`);
    }
  };
  await work(0, BEFORE);
  const took = await timed(() => work(BEFORE, BEFORE + RUNS));
  await state.close();
  return RUNS / took * 1_000;
}

/** A year of hours is at work, a week at once, when an hour of higher priority is queued for another worker. */
async function waiting(path: string): Promise<number> {
  const { asset } = definer<null>();
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const year = asset({
    key: "year/hours",
    partitions: hourly({ start: "2024-01-01" }),
    batch: { most: 9_000 },
    pool: "openaq",
    async *materialize({ partitions }) {
      const all = [...partitions].map(({ ordinal }): Output => ({ partition: ordinal, dataVersion: "1" }));
      for (let from = 0; from < all.length; from += 168) {
        yield all.slice(from, from + 168);
        begun.resolve();
      }
    },
  });
  const urgent = asset({
    key: "urgent/day",
    partitions: daily({ start: "2024-01-01" }),
    pool: "openaq",
    async *materialize({ partitions }) {
      ended.resolve();
      yield await Promise.resolve([{ partition: partitions.first.ordinal, dataVersion: "1" }]);
    },
  });
  const graph = graphOf([year, urgent]);
  const states = [await openInThread({ path }), await openInThread({ path })];
  const [slow, fast] = await Promise.all(
    states.map((state) => open(graph, state, clock.now, { clock, limits })),
  );
  await states[0]!.enqueue(request("year/hours", "2024-01-01T00", "2024-12-30T23", -1), clock.now());
  const backfill = Array.fromAsync(slow!.work());
  await begun.promise;
  await states[1]!.enqueue(request("urgent/day", "2024-06-01", "2024-06-01", 1), clock.now());
  const hour = Array.fromAsync(fast!.work());
  const took = await timed(() => ended.promise);
  const outcomes = [...await hour, ...await backfill].map(({ outcome: { status } }) => status);
  if (outcomes.some((status) => status !== "succeeded")) throw new Error(`found ${outcomes.join(", ")}`);
  for (const state of states) await state.close();
  return took;
}

function request(asset: AssetKey, from: string, to: string, priority = 0) {
  return { command: "materialize" as const, ranges: [{ asset, from, to }], priority };
}
