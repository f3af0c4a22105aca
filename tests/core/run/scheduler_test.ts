import { assert, assertEquals } from "@std/assert";
import { type AnyAsset, definer, from } from "../../../core/asset.ts";
import { all, hoursOfDay, identity, latest } from "../../../core/mapping.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { daily, hourly, monthly } from "../../../core/partition/time_set.ts";
import { daysOfMonth } from "../../../core/mapping.ts";
import { contents, lab } from "../lab.ts";

const { asset } = definer<null>();

/** Assets that are at work for a while, and the most of them that ever were at once, in all and by pool. */
function busy(pools: readonly (string | null)[]) {
  const now: Record<string, number> = {};
  const most: Record<string, number> = {};
  const count = (name: string, by: number) => {
    now[name] = (now[name] ?? 0) + by;
    most[name] = Math.max(most[name] ?? 0, now[name]);
  };
  const assets = pools.map((pool, i): AnyAsset =>
    asset({
      key: `t/a${i}`,
      ...(pool !== null && { pool }),
      async *materialize() {
        for (const name of ["all", pool ?? "none"]) count(name, 1);
        for (let turns = 0; turns < 50; turns++) await null;
        for (const name of ["all", pool ?? "none"]) count(name, -1);
        yield [{ partition: 0, dataVersion: "1" }];
      },
    })
  );
  return { assets, most };
}

Deno.test("steps run side by side within the run's limit and each pool's", async () => {
  const { assets, most } = busy([null, null, "p", "p", "p", "q", "q", null]);
  const { materialize } = await lab(assets, { limits: { steps: 4, pools: { p: 1, q: 2 } } });
  assertEquals((await materialize()).counts.materialized, 8);
  assertEquals(most["all"], 4);
  assertEquals(most["p"], 1);
  assert(most["q"]! <= 2);
});

Deno.test("nothing to do leaves no run; forced, the selection is made again and only that", async () => {
  const up = asset({ key: "t/up", ...contents({}) });
  const down = asset({ key: "t/down", deps: { up: from(up, latest) }, ...contents({}) });
  const { materialize, state, plan } = await lab([up, down]);
  await materialize();
  const again = await materialize();
  assertEquals([again.status, again.run], ["nothing_to_do", null]);
  const request = { assets: new Set(["t/up"]), force: true };
  assertEquals(await plan(request), ["t/up - fresh"]);
  const forced = await materialize(request);
  assertEquals(forced.assets.map(({ key, unchanged }) => [key, unchanged]), [["t/up", 1]]);
  assertEquals((await state.runs(9)).map(({ id, status }) => [id, status]), [[2, "succeeded"], [
    1,
    "succeeded",
  ]]);
});

Deno.test("a missing input outside the selection blocks, and the line says what to select", async () => {
  const up = asset({ key: "t/up", ...contents({}) });
  const down = asset({ key: "t/down", deps: { up: from(up, latest) }, ...contents({}) });
  const { materialize } = await lab([up, down]);
  const { status, counts, errors } = await materialize({ assets: new Set(["t/down"]) });
  assertEquals([status, counts.blocked], ["failed", 1]);
  assertEquals(errors[0]?.message, 'needs t/up, which is missing: select "+t/down"');
});

Deno.test("a selected input of another grain that the range does not reach comes with the range's widening", async () => {
  const months = asset({ key: "t/months", partitions: monthly({ start: "2023-10-01" }), ...contents({}) });
  const whole = asset({ key: "t/whole", deps: { months: from(months, all) }, ...contents({}) });
  const { materialize } = await lab([months, whole]);
  const days = { all: false, from: "2024-02-01", to: "2024-02-01" };
  const { errors } = await materialize(days);
  assertEquals(errors.map(({ message }) => message), [
    'needs t/months 2023-10 … 2024-01, which is missing: select "+t/whole" and widen the range',
  ]);
  assertEquals((await materialize({ ...days, from: "2023-10-01" })).status, "succeeded");
});

Deno.test("a coarser partition takes part only if all that it reads is in the range or there", async () => {
  const start = "2024-01-01";
  const made: string[] = [];
  const noting = {
    async *materialize({ partitions }: { partitions: Iterable<{ ordinal: number; key: string | null }> }) {
      await null;
      yield [...partitions].map(({ ordinal, key }) => {
        made.push(`${key}`);
        return { partition: ordinal, dataVersion: "1" };
      });
    },
  };
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start }),
    batch: { most: 999 },
    ...contents({}),
  });
  const days = asset({
    key: "t/days",
    partitions: daily({ start }),
    deps: { hours: from(hours, hoursOfDay) },
    batch: { most: 99 },
    ...noting,
  });
  const months = asset({
    key: "t/months",
    partitions: monthly({ start }),
    deps: { days: from(days, daysOfMonth) },
    ...noting,
  });
  const { materialize } = await lab([hours, days, months]);
  const { errors } = await materialize({ from: "2024-01-03T12", to: "2024-01-05" });
  assertEquals([made, errors], [["2024-01-04", "2024-01-05"], []]);
  await materialize({ from: "2024-01-01", to: "2024-01-03" });
  await materialize({ from: "2024-01-06", to: "2024-01-30" });
  assertEquals(made.includes("2024-01"), false);
  await materialize({ from: "2024-01-31", to: "2024-01-31" });
  assertEquals(made.slice(-2), ["2024-01-31", "2024-01"]);
});

Deno.test("a single partition brings with it the partitions inside it", async () => {
  const hours = asset({ key: "t/hours", partitions: hourly(), batch: { most: 99 }, ...contents({}) });
  const days = asset({
    key: "t/days",
    partitions: daily(),
    deps: { hours: from(hours, hoursOfDay) },
    ...contents({}),
  });
  const { plan } = await lab([hours, days]);
  assertEquals(await plan({ partitions: ["2024-01-15"] }), [
    "t/hours 2024-01-15T00..2024-01-15T23 missing",
    "t/days 2024-01-15 missing",
  ]);
});

Deno.test("what another worker makes is waited for, and its result taken", async () => {
  let made = 0;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: goOn, resolve: end } = Promise.withResolvers<void>();
  const slow = asset({
    key: "t/slow",
    partitions: staticKeys(["a", "b"]),
    batch: { most: 2 },
    async *materialize({ partitions }) {
      made++;
      begin();
      await goOn;
      yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
    },
  });
  const reader = asset({ key: "t/reader", deps: { slow: from(slow, all) }, ...contents({}) });
  const one = await lab([slow, reader]);
  const two = await lab([slow, reader], { store: one.store, lake: one.lake, worker: "b" });
  const first = one.materialize({ assets: new Set(["t/slow"]) });
  await begun;
  const second = two.materialize();
  while (!two.progress.some(({ type }) => type === "waiting")) await new Promise((go) => setTimeout(go, 1));
  const since = two.clock.now();
  while (two.clock.now() - since < 10_000) await new Promise((go) => setTimeout(go, 1));
  end();
  assertEquals((await first).counts.materialized, 2);
  assertEquals((await second).assets.map(({ key }) => key), ["t/reader"]);
  const waits = two.progress.filter(({ type }) => type === "waiting" || type === "waited");
  const told = { run: 2, asset: "t/slow", range: { from: "a", to: "b" }, holder: 1 };
  assertEquals(waits, [{ type: "waiting", ...told }, { type: "waited", ...told }], "once each");
  assertEquals(made, 1);
});

Deno.test("a claim that passed to another is worked on no more, and what is left is judged again", async () => {
  const keys = staticKeys(["a", "b"]);
  let rob = () => {};
  const one = asset({
    key: "t/one",
    partitions: keys,
    batch: { most: 2 },
    async *materialize({ partitions }) {
      for (const { ordinal } of partitions) {
        yield [{ partition: ordinal, dataVersion: "1" }];
        rob();
      }
    },
  });
  const down = asset({
    key: "t/down",
    partitions: keys,
    deps: { one: from(one, identity) },
    ...contents({}),
  });
  const { materialize, store, plan } = await lab([one, down]);
  let robbed = false;
  rob = () => {
    if (!robbed) store.claims.clear();
    robbed = true;
  };
  assertEquals((await materialize()).status, "succeeded");
  assertEquals(store.events.filter((event) => event.kind === "materialized").length, 4);
  assertEquals(await plan(), []);
});

Deno.test("a claim that passed to another while a failure was slept over is not tried again", async () => {
  const tries: number[] = [];
  let rob = () => {};
  const one = asset({
    key: "t/one",
    partitions: staticKeys(["a"]),
    retry: { most: 3 },
    async *materialize({ run, partitions }) {
      await null;
      tries.push(run);
      if (tries.length === 1) {
        rob();
        throw new Error("found no answer");
      }
      yield [{ partition: partitions.first.ordinal, dataVersion: "1" }];
    },
  });
  const first = await lab([one]);
  const second = await lab([one], { store: first.store, clock: first.clock, worker: "b" });
  let other: Promise<unknown> | undefined;
  rob = () => {
    first.store.claims.clear();
    other = second.materialize();
  };
  await first.materialize();
  await other;
  assertEquals(tries, [1, 2], "the other alone made it");
  assertEquals(await first.plan(), []);
});

Deno.test("scattered partitions are one call of an asset that takes them so, else one for each contiguous run", async () => {
  for (const scattered of [true, false]) {
    const calls: string[][] = [];
    const one = asset({
      key: "t/one",
      partitions: staticKeys(["a", "b", "c", "d", "e"]),
      batch: { most: 3, scattered },
      async *materialize({ partitions }) {
        calls.push([...partitions].map(({ key }) => key!));
        yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
      },
    });
    const { materialize, orchestrator, plan } = await lab([one]);
    await materialize();
    calls.length = 0;
    await orchestrator.wipe({
      assets: new Set(["t/one"]),
      partitions: ["a", "c", "d", "e"],
      lookbackDays: 7,
    });
    await materialize();
    assertEquals(calls.toSorted(), scattered ? [["a", "c", "d"], ["e"]] : [["a"], ["c", "d", "e"]]);
    assertEquals(await plan(), []);
  }
});
