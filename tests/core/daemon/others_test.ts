import { assertEquals } from "@std/assert";
import { type MemoryStore, memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer } from "../../../core/asset.ts";
import { eager } from "../../../core/automation/presets.ts";
import type { LakeFiles } from "../../../core/automation/sensor.ts";
import type { DaemonNews } from "../../../core/daemon/news.ts";
import { Pulse } from "../../../core/daemon/pulse.ts";
import { serve } from "../../../core/daemon/serve.ts";
import { DAY, MINUTE, SECOND } from "../../../core/instant.ts";
import type { State } from "../../../core/ports/state.ts";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { retention } from "../../../sensors/retention.ts";
import { type FakeClock, fakeClock } from "../../fake_clock.ts";
import { lab, NOON } from "../lab.ts";

const { asset } = definer<null>();

function assetOf(key: string) {
  return asset({
    key,
    automation: eager(),
    retention: { days: 7 },
    async *materialize() {
      yield await Promise.resolve([{ partition: 0, dataVersion: "1" }]);
    },
  });
}

const NO_FILES: LakeFiles = {
  list: () => Promise.resolve([]),
  found: () => Promise.resolve([]),
  present: () => Promise.resolve([]),
  known: () => Promise.resolve([]),
};

interface Living {
  readonly state: State;
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
  const { orchestrator, state } = await lab(keys.map(assetOf), {
    store,
    clock,
    worker,
    cron: new CronerCron(),
  });
  const stop = new AbortController();
  const runs: string[] = [];
  const left: string[][] = [];
  let look = () => {};
  const ended = serve({
    orchestrator,
    tickers: async (_, others) => {
      left.push([...others.assets]);
      const automations = { schedules: [retention], sensors: [] };
      return await orchestrator.tickers({ ...automations, files: NO_FILES, lookbackDays: 7, left: others });
    },
    automations: [retention.name],
    signal: stop.signal,
    grace: SECOND,
    pulse: new Pulse(clock),
    tell: (news: DaemonNews) => {
      if (news.type === "queued") {
        const { command, ranges } = news.request;
        runs.push(...ranges.map(({ asset }) => command === "prune" ? `prune ${asset}` : asset));
      }
      look();
    },
    observe: () => look(),
  });
  ended.catch(() => {});
  return {
    state,
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

Deno.test("what prunes is asked for by each, over what it does not leave to others", async () => {
  const [store, clock] = [memoryStore(), fakeClock(NOON, { auto: true })];
  const one = await living(store, clock, "a", ["a/one", "b/both"]);
  await one.made(2);
  const two = await living(store, clock, "b", ["b/both", "c/two"]);
  await two.made(3);
  clock.suspend(8 * DAY);
  await clock.sleep(MINUTE);
  const pruned = (runs: readonly string[]) => runs.filter((run) => run.startsWith("prune ")).sort();
  assertEquals([pruned(one.runs), pruned(two.runs)], [["prune a/one", "prune b/both"], ["prune c/two"]]);
  const expired = (await one.state.since(0)).filter(({ kind }) => kind === "expired");
  assertEquals(expired.map(({ asset }) => asset).sort(), ["a/one", "b/both", "c/two"]);
  const ticks = await one.state.ticks("retention", { limit: 9 });
  assertEquals(
    ticks.map(({ outcome, detail }) => `${outcome} ${detail}`),
    Array(2).fill("requested due at 2024-02-09T03:30:00Z"),
  );
  await Promise.all([one.end(), two.end()]);
});
