import { assertEquals } from "@std/assert";
import { type MemoryStore, memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer } from "../../../core/asset.ts";
import { eager } from "../../../core/automation/presets.ts";
import { Ticker } from "../../../core/automation/ticker.ts";
import type { DaemonNews } from "../../../core/daemon/news.ts";
import { Pulse } from "../../../core/daemon/pulse.ts";
import { serve } from "../../../core/daemon/serve.ts";
import { SECOND } from "../../../core/instant.ts";
import { type FakeClock, fakeClock } from "../../fake_clock.ts";
import { lab, NOON } from "../lab.ts";

const { asset } = definer<null>();

function assetOf(key: string) {
  return asset({
    key,
    automation: eager(),
    async *materialize() {
      yield await Promise.resolve([{ partition: 0, dataVersion: "1" }]);
    },
  });
}

interface Living {
  readonly runs: string[];
  readonly left: readonly (readonly string[])[];
  wipe(asset: string): Promise<unknown>;
  until(holds: () => unknown): Promise<void>;
  /** Resolves once so many partitions were made or wiped, by whomever. */
  made(events: number): Promise<void>;
  kill(): void;
  end(): Promise<void>;
}

/** A daemon of the given assets on a store that others share. */
async function living(
  store: MemoryStore,
  clock: FakeClock,
  worker: string,
  keys: readonly string[],
): Promise<Living> {
  const { orchestrator, state } = await lab(keys.map(assetOf), { store, clock, worker });
  const stop = new AbortController();
  const runs: string[] = [];
  const left: string[][] = [];
  let look = () => {};
  const ended = serve({
    orchestrator,
    tickers: async (_, others) => {
      left.push([...others.assets]);
      return [await Ticker.open(orchestrator.session, { next: () => Infinity }, { left: others.assets })];
    },
    signal: stop.signal,
    grace: SECOND,
    pulse: new Pulse(clock),
    tell: (news: DaemonNews) => {
      if (news.type === "queued") runs.push(...news.request.ranges.map(({ asset }) => asset));
      look();
    },
    observe: () => look(),
  });
  ended.catch(() => {});
  return {
    runs,
    left,
    wipe: (key) => orchestrator.wipe({ assets: new Set([key]), all: true, lookbackDays: 1 }),
    until: (holds) =>
      new Promise((resolve) => {
        look = () => void (holds() && resolve());
        look();
      }),
    async made(events) {
      const made = async () => (await state.since(0)).filter(({ kind }) => kind !== "registered").length;
      while (await made() < events) await clock.sleep(SECOND, stop.signal);
    },
    kill: () => store.kill(worker),
    end() {
      stop.abort();
      return ended;
    },
  };
}

Deno.test("daemons of different groups on one state lead side by side, each its own assets", async () => {
  const [store, clock] = [memoryStore(), fakeClock(NOON, { auto: true })];
  const one = await living(store, clock, "a", ["a/one"]);
  const two = await living(store, clock, "b", ["b/two"]);
  await one.until(() => one.runs.length === 1);
  await two.until(() => two.runs.length === 1);
  assertEquals([one.runs, two.runs], [["a/one"], ["b/two"]]);
  await Promise.all([one.end(), two.end()]);
});

Deno.test("what two have one of them asks for, and the other once that is no more", async () => {
  const [store, clock] = [memoryStore(), fakeClock(NOON, { auto: true })];
  const one = await living(store, clock, "a", ["a/one", "b/both"]);
  await one.until(() => one.runs.length === 2);
  const two = await living(store, clock, "b", ["b/both", "c/two"]);
  await two.until(() => two.runs.length === 1);
  await one.made(3);
  assertEquals([one.runs.sort(), two.runs, two.left], [["a/one", "b/both"], ["c/two"], [["b/both"]]]);
  await two.wipe("b/both");
  await one.until(() => one.runs.length === 3);
  assertEquals([one.runs.at(-1), two.runs], ["b/both", ["c/two"]]);
  await one.made(5);
  one.kill();
  const before = clock.awake();
  await two.wipe("b/both");
  await two.until(() => two.runs.length === 2);
  assertEquals([two.runs, clock.awake() - before <= 5 * SECOND], [["c/two", "b/both"], true]);
  await two.end();
  await one.end().catch(() => {});
});
