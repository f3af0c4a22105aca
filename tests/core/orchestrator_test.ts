import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { definer } from "../../core/asset.ts";
import { DAY, HOUR } from "../../core/instant.ts";
import { daily } from "../../core/partition/time_set.ts";
import { RequestError } from "../../core/errors.ts";
import { memoryStore } from "../../adapters/state/memory/store.ts";
import { Chance } from "../simulation/chance.ts";
import { sketchGraph } from "../simulation/sketch.ts";
import { custom, identity } from "../../core/mapping.ts";
import { from } from "../../core/asset.ts";
import { Lake } from "../simulation/lake.ts";
import { contents, lab, whole } from "./lab.ts";

const { asset, external } = definer<null>();

Deno.test("after everything was materialized without a failure there is nothing left to plan", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const assets = new Map<string, ReturnType<typeof asset>>();
      for (const { key, set, deps, batch, kind } of sketchGraph(new Chance(seed))) {
        assets.set(
          key,
          asset({
            key,
            partitions: set,
            batch: { most: batch },
            deps: Object.fromEntries(
              deps.map((
                { name, upstream, mapping, mode },
              ) => [name, from(assets.get(upstream)!, mapping, { mode })]),
            ),
            ...contents({}, kind),
          }),
        );
      }
      const { materialize, plan, clock, store } = await lab([...assets.values()]);
      const first = await materialize();
      assertEquals([first.counts.failed, first.counts.blocked, await plan()], [0, 0, []]);
      assertEquals((await materialize()).status, "nothing_to_do");
      await clock.advance(DAY + HOUR);
      await materialize();
      assertEquals(await plan(), []);
      assertEquals(await (await lab([...assets.values()], { store, clock, worker: "b" })).plan(), []);
    }),
    { numRuns: 60 },
  );
});

Deno.test("requests that cannot be meant are refused in one line", async () => {
  const days = asset({ key: "t/days", partitions: daily({ start: "2024-01-01" }), ...contents({}) });
  const { orchestrator, materialize, plan } = await lab([days]);
  for (
    const request of [{ from: "yesterday" }, { from: "2024-01-05", to: "2024-01-04" }, {
      partitions: ["2023-12-31"],
    }, {
      partitions: ["2024-02-02"],
    }]
  ) await assertRejects(() => plan(request), RequestError);
  await assertRejects(() => orchestrator.rollback("t/days", "2023-12-31"), RequestError);
  await assertRejects(() => orchestrator.rollback("t/days", null), RequestError);
  assertEquals((await materialize({ from: "2024-03-01" })).status, "nothing_to_do");
});

Deno.test("what somebody is at work on is neither wiped nor rolled back", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: goOn, resolve: end } = Promise.withResolvers<void>();
  const slow = asset({
    key: "t/slow",
    async *materialize() {
      begin();
      await goOn;
      yield [{ partition: 0, dataVersion: "1" }];
    },
  });
  const store = memoryStore();
  const quick = await lab([asset({ key: "t/slow", ...contents({}) })], { store });
  await quick.materialize();
  const worker = await lab([slow], { store, worker: "b" });
  const work = worker.materialize({ force: true });
  await begun;
  const request = { assets: new Set(["t/slow"]), lookbackDays: 7 };
  await assertRejects(() => quick.orchestrator.wipe(request), RequestError, "at work on it");
  await assertRejects(() => quick.orchestrator.rollback("t/slow", null), RequestError, "at work on it");
  end();
  await work;
  assertEquals([...await quick.orchestrator.wipe(request)], [["t/slow", 1]]);
});

Deno.test("external assets are neither planned nor made, and are reported", async () => {
  const up = external({ key: "t/up" });
  const down = asset({
    key: "t/down",
    deps: { up: from(up, custom({ id: "the one", members: () => [{ from: 0, to: 0 }] })) },
    ...contents({}),
  });
  const { materialize, orchestrator, plan } = await lab([up, down]);
  assertEquals((await materialize()).errors.map(({ message }) => message), [
    "needs t/up, which is missing: it is external, report it",
    'is external and missing: report it with "report t/up --version V [--rows N] [--file PATH]…"',
  ]);
  await orchestrator.report("t/up", [{ partition: null, dataVersion: "1" }]);
  assertEquals((await materialize()).counts.materialized, 1);
  await orchestrator.report("t/up", [{ partition: null, dataVersion: "2" }]);
  assertEquals(await plan(), ["t/down - stale"]);
});

Deno.test("checks can be run on what stands", async () => {
  let fine = true;
  const checked = asset({
    key: "t/checked",
    checks: [{
      checks: [{ name: "fine", severity: "blocking" }],
      run: ({ outputs }) =>
        Promise.resolve(
          outputs.map(({ partition }) => ({ check: "fine", partition, passed: fine, detail: "not fine" })),
        ),
    }],
    ...contents({}),
  });
  const { materialize, orchestrator, plan } = await lab([checked]);
  await materialize();
  fine = false;
  const request = { assets: new Set(["t/checked"]), lookbackDays: 7 };
  const [found] = await orchestrator.check(request, new AbortController().signal);
  assertEquals(found?.results, [{ check: "fine", severity: "blocking", passed: false, detail: "not fine" }]);
  const [status] = await orchestrator.status(whole(request.assets));
  assertEquals([status?.checks, status?.warnings], [{ passed: 0, failed: 1 }, [{
    partition: null,
    message: 'check "fine" failed: not fine',
  }]]);
  assertEquals(await plan(), []);
});

Deno.test("a plan says what failed before, and what that keeps back", async () => {
  let broken = true;
  const days = asset({
    key: "t/days",
    partitions: daily({ start: "2024-01-29", timeZone: "UTC" }),
    async *materialize({ partitions }) {
      if (broken) throw new Error("no disk");
      yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
    },
  });
  const copy = asset({
    key: "t/copy",
    partitions: daily({ start: "2024-01-29", timeZone: "UTC" }),
    deps: { days: from(days, identity) },
    ...contents({}),
  });
  const { materialize, orchestrator } = await lab([days, copy]);
  const planned = async (key?: string) => {
    const assets = new Set(key === undefined ? ["t/days", "t/copy"] : [key]);
    const steps = await orchestrator.plan({ assets, lookbackDays: 7 });
    return steps.map(({ asset, count, hindrance: found }) =>
      `${asset} (${count}) ${found === undefined ? "free" : `${found.state}: ${found.message}`}`
    );
  };
  assertEquals(await planned(), ["t/days (3) free", "t/copy (3) free"]);
  await materialize();
  assertEquals(await planned(), [
    "t/days (3) failed: no disk",
    "t/copy (3) blocked: needs t/days 2024-01-29 … 2024-01-31, which failed or is blocked",
  ]);
  assertEquals(await planned("t/copy"), [
    "t/copy (3) blocked: needs t/days 2024-01-29 … 2024-01-31, which failed or is blocked: " +
    'select "+t/copy"',
  ]);
  broken = false;
  await materialize();
  assertEquals(await planned(), []);
});

Deno.test("exactly what a key names is forgotten: nothing without time, no partition within its window", async () => {
  const days = asset({ key: "t/days", partitions: daily({ start: "2024-01-01" }), ...contents({}) });
  const once = asset({ key: "t/once", ...contents({}) });
  const { orchestrator, materialize, plan } = await lab([days, once]);
  await materialize();
  const assets = new Set(["t/days", "t/once"]);
  const request = { assets, lookbackDays: 7, exact: true };
  assertEquals(await orchestrator.wipe({ ...request, partitions: ["2024-01-01"] }), new Map([["t/days", 1]]));
  assertEquals(await plan(), ["t/days 2024-01-01 missing"]);
  assertEquals(
    (await orchestrator.wipe({ ...request, from: "2024-01-02", to: "2024-01-02" })).has("t/once"),
    false,
  );
});

Deno.test("a rollback without an earlier version is a run that failed", async () => {
  const once = asset({ key: "t/once", ...contents({}) });
  const { orchestrator, materialize, state } = await lab([once]);
  await materialize();
  assertEquals((await orchestrator.rollback("t/once", null)).status, "no-version");
  assertEquals((await state.runs(1))[0]?.status, "failed");
});

Deno.test("a failure lies over a partition that still stands fresh", async () => {
  let broken = false;
  const once = asset({
    key: "t/once",
    async *materialize({ partitions }) {
      if (broken) throw new Error("broken");
      yield [{ partition: partitions.first.ordinal, dataVersion: "1" }];
    },
  });
  const { orchestrator, materialize, plan } = await lab([once]);
  await materialize();
  broken = true;
  await materialize({ force: true });
  const [status] = await orchestrator.status(whole(new Set(["t/once"])));
  assertEquals([status!.partitions.fresh, status!.partitions.failed], [1, 1]);
  assertEquals(status!.warnings.map(({ message }) => message), [
    "broken; what stands is fresh, and made again only by force",
  ]);
  assertEquals(await plan(), []);
});

Deno.test("a check looks whether the files are those that were published", async () => {
  const lake = new Lake();
  const once = asset({
    key: "t/once",
    async *materialize({ partitions, staging }) {
      lake.put(`${staging}/x`, "content");
      yield [{
        partition: partitions.first.ordinal,
        dataVersion: "1",
        staged: [{ final: "zone/x", temporary: `${staging}/x` }],
      }];
    },
  });
  const { orchestrator, materialize } = await lab([once], { lake });
  await materialize();
  const request = { assets: new Set(["t/once"]), lookbackDays: 7 };
  const passed = async () =>
    (await orchestrator.check(request, new AbortController().signal)).flatMap(({ results }) =>
      results.map(({ check, passed }) => [check, passed])
    );
  assertEquals(await passed(), [["files_intact", true]]);
  lake.put("zone/x", "other");
  assertEquals(await passed(), [["files_intact", false]]);
});

Deno.test("a partition that breaks its promise of freshness is named, from the first on that was ever made", async () => {
  const days = asset({
    key: "t/days",
    partitions: daily({ start: "2024-01-01" }),
    freshness: { within: { hours: 3 }, after: "partition-end" },
    ...contents({}),
  });
  const { orchestrator, materialize, clock } = await lab([days]);
  const late = async () =>
    (await orchestrator.status(whole(new Set(["t/days"]))))[0]!.warnings.map(({ partition }) => partition);
  assertEquals(await late(), []);
  await materialize();
  const made = orchestrator.index.node("t/days").set.existing(clock.now())!.to;
  const key = (ordinal: number) => orchestrator.index.node("t/days").set.key(ordinal);
  await clock.advance(12 * HOUR + HOUR);
  assertEquals(await late(), []);
  await clock.advance(3 * HOUR);
  assertEquals(await late(), [key(made + 1)]);
});

Deno.test("a check that is cancelled is recorded as such", async () => {
  const aborted = new AbortController();
  const checked = asset({
    key: "t/days",
    partitions: daily({ start: "2024-01-29", timeZone: "UTC" }),
    checks: [{
      checks: [{ name: "slow", severity: "blocking" }],
      run: ({ signal, outputs }) => {
        if (isRerun) aborted.abort();
        signal.throwIfAborted();
        return Promise.resolve(outputs.map(({ partition }) => ({ check: "slow", partition, passed: true })));
      },
    }],
    ...contents({}),
  });
  let isRerun = false;
  const { materialize, orchestrator, state } = await lab([checked]);
  await materialize();
  isRerun = true;
  await assertRejects(() =>
    orchestrator.check({ assets: new Set(["t/days"]), lookbackDays: 7 }, aborted.signal)
  );
  const [run] = await state.runs(1);
  assertEquals([run!.request.command, run!.status], ["check", "cancelled"]);
});

Deno.test("assets that the graph no longer declares are forgotten in one run", async () => {
  const [one, two, three] = ["one", "two", "three"].map((name) =>
    asset({ key: `t/${name}`, ...contents({}) })
  );
  const before = await lab([one!, two!, three!]);
  await before.materialize();
  const { orchestrator, state } = await lab([three!], { store: before.store, lake: before.lake });
  const keys = ["t/one", "t/two", "t/never"];
  assertEquals(
    await orchestrator.wipeUndeclared(keys),
    new Map([["t/one", 1], ["t/two", 1], ["t/never", 0]]),
  );
  assertEquals(
    (await state.runs(9, { command: "wipe" })).map(({ request, status }) => [status, request.ranges.length]),
    [["succeeded", 2]],
  );
  assertEquals(await orchestrator.wipeUndeclared(["t/one"]), new Map([["t/one", 0]]));
});
