import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { type AnyAsset, definer, from } from "../../../core/asset.ts";
import { batchesOf } from "../../../core/backfill/batches.ts";
import { graph } from "../../../core/graph.ts";
import { all, hoursOfDay, identity, latest, lookBack } from "../../../core/mapping.ts";
import { isTimeSet } from "../../../core/partition/partition_set.ts";
import { count, fromOrdinals, ordinals, type Ranges } from "../../../core/partition/ranges.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import type { Scope } from "../../../core/run/scope.ts";
import { allExisting, bindGraph, membersOf, type Node } from "../../../core/staleness/node.ts";
import { Chance } from "../../simulation/chance.ts";
import { World } from "../automation/world.ts";

const NOW = Date.UTC(2024, 3, 2, 12);
const { asset } = definer<null>();
const make = {
  async *materialize() {
    yield await Promise.resolve([]);
  },
};

async function nodesOf(...assets: readonly AnyAsset[]): Promise<Node[]> {
  return await bindGraph(graph(assets), {
    state: memoryState(memoryStore(), "a"),
    readSourceFile: () => "",
    at: 0,
  });
}

function wholeOf(nodes: readonly Node[]): Map<Node, Ranges> {
  return new Map(nodes.map((node) => [node, allExisting(node, NOW)]));
}

/** Each batch as `asset first..last`. */
function told(batches: readonly Scope[]): string[][] {
  return batches.map((batch) =>
    [...batch].flatMap(([{ key, set }, ranges]) =>
      ranges.map(({ from, to }) => `${key} ${set.key(from)}..${set.key(to)}`)
    )
  );
}

Deno.test("each wanted partition is in one batch, none before what it reads, whatever graph and range", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, oldestFirst) => {
      const chance = new Chance(seed);
      const world = new World(chance);
      await world.open();
      const { nodes, now } = world.index;
      const wanted = new Map<Node, Ranges>();
      for (const node of nodes) {
        Object.assign(node.asset.batch, { backfill: chance.between(1, 30) });
        const there = [...ordinals(allExisting(node, now))];
        const some = fromOrdinals(
          chance.happens(0.3) ? there : chance.some(there, chance.pick([0.1, 0.5, 0.9])),
        );
        if (some.length > 0) wanted.set(node, some);
      }
      const batches = batchesOf(wanted, { oldestFirst, now });

      const placeOf = new Map<string, number>();
      for (const [place, batch] of batches.entries()) {
        assert(batch.size > 0);
        assertEquals([...batch.keys()], nodes.filter((node) => batch.has(node)), "upstream first");
        for (const [node, ranges] of batch) {
          for (const ordinal of ordinals(ranges)) {
            const name = `${node.key} ${ordinal}`;
            assert(!placeOf.has(name), `${name} is in two batches`);
            placeOf.set(name, place);
          }
        }
      }
      assertEquals(placeOf.size, [...wanted.values()].reduce((sum, ranges) => sum + count(ranges), 0));
      for (const [node, ranges] of wanted) {
        let last = oldestFirst ? -Infinity : Infinity;
        for (const ordinal of ordinals(ranges)) {
          const place = placeOf.get(`${node.key} ${ordinal}`)!;
          for (const edge of node.up) {
            for (const member of ordinals(membersOf(edge, [{ from: ordinal, to: ordinal }], now))) {
              const before = placeOf.get(`${edge.up.key} ${member}`);
              if (before !== undefined) assertLessOrEqual(before, place);
            }
          }
          if (!isTimeSet(node.set) || node.up.some(({ up }) => wanted.has(up))) continue;
          assert(oldestFirst ? place >= last : place <= last, "what reads nothing is in the order of time");
          last = place;
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a batch is as long as every asset wants it at most, the newest first or the oldest", async () => {
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start: "2024-03-01", timeZone: "UTC" }),
    batch: { most: 9_000, scattered: true, backfill: 10 * 24 },
    ...make,
  });
  const days = asset({
    key: "t/days",
    partitions: daily({ start: "2024-03-01", timeZone: "UTC" }),
    batch: { most: 366 },
    deps: { hours: from(hours, hoursOfDay) },
    ...make,
  });
  const catalog = asset({ key: "t/catalog", deps: { days: from(days, all, { mode: "present" }) }, ...make });
  const nodes = await nodesOf(hours, days, catalog);
  const wanted = wholeOf(nodes);
  assertEquals(told(batchesOf(wanted, { oldestFirst: false, now: NOW })), [
    ["t/hours 2024-03-24T00..2024-04-02T11", "t/days 2024-03-24..2024-04-01"],
    ["t/hours 2024-03-14T00..2024-03-23T23", "t/days 2024-03-14..2024-03-23"],
    ["t/hours 2024-03-04T00..2024-03-13T23", "t/days 2024-03-04..2024-03-13"],
    [
      "t/hours 2024-03-01T00..2024-03-03T23",
      "t/days 2024-03-01..2024-03-03",
      "t/catalog null..null",
    ],
  ]);
  const oldest = told(batchesOf(wanted, { oldestFirst: true, now: NOW }));
  assertEquals(oldest.map(([first]) => first), [
    "t/hours 2024-03-01T00..2024-03-10T23",
    "t/hours 2024-03-11T00..2024-03-20T23",
    "t/hours 2024-03-21T00..2024-03-30T23",
    "t/hours 2024-03-31T00..2024-04-02T11",
  ]);
});

Deno.test("what lies apart takes no more batches than it must", async () => {
  const [hours] = await nodesOf(asset({
    key: "t/hours",
    partitions: hourly({ start: "2023-01-01", timeZone: "UTC" }),
    batch: { most: 9_000, scattered: true, backfill: 1_000 },
    ...make,
  }));
  const first = hours!.set.ordinal("2023-02-01T00")!;
  const wanted = new Map([[
    hours!,
    fromOrdinals([0, 999, 1_000, 5_000, 5_500, 5_999].map((at) => first + at)),
  ]]);
  for (const oldestFirst of [false, true]) {
    const batches = batchesOf(wanted, { oldestFirst, now: NOW });
    assertEquals(batches.length, 3);
    assertEquals(batches.map((batch) => count(batch.get(hours!)!)), oldestFirst ? [2, 1, 3] : [3, 2, 1]);
  }
});

Deno.test("a day is with the last of its hours, whatever the zones, and one that reads days before with these", async () => {
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start: "2024-03-01", timeZone: "UTC" }),
    batch: { most: 100, backfill: 48 },
    ...make,
  });
  const local = asset({
    key: "t/local",
    partitions: daily({ start: "2024-03-02", timeZone: "Asia/Bangkok" }),
    deps: { hours: from(hours, hoursOfDay) },
    ...make,
  });
  const means = asset({
    key: "t/means",
    partitions: daily({ start: "2024-03-02", timeZone: "Asia/Bangkok" }),
    deps: { local: from(local, lookBack(1)) },
    ...make,
  });
  const nodes = await nodesOf(hours, local, means);
  const [newest, next] = told(batchesOf(wholeOf(nodes), { oldestFirst: false, now: NOW }));
  assertEquals(newest, [
    "t/hours 2024-03-31T17..2024-04-02T11",
    "t/local 2024-04-01..2024-04-01",
  ]);
  assertEquals(next, [
    "t/hours 2024-03-29T17..2024-03-31T16",
    "t/local 2024-03-30..2024-03-31",
    "t/means 2024-03-31..2024-04-01",
  ]);
});

Deno.test("what has no time is made before all that reads it, or after all that it reads", async () => {
  const names = asset({ key: "t/names", partitions: staticKeys(["a", "b"]), ...make });
  const days = asset({
    key: "t/days",
    partitions: daily({ start: "2024-01-01", timeZone: "UTC" }),
    batch: { most: 30, backfill: 30 },
    deps: { names: from(names, latest, { mode: "order" }) },
    ...make,
  });
  const copies = asset({
    key: "t/copies",
    partitions: staticKeys(["a", "b"]),
    deps: { names: from(names, identity) },
    ...make,
  });
  const report = asset({ key: "t/report", deps: { days: from(days, all) }, ...make });
  const nodes = await nodesOf(names, days, copies, report);
  const batches = batchesOf(wholeOf(nodes), { oldestFirst: false, now: NOW });
  const keys = batches.map((batch) => [...batch.keys()].map(({ key }) => key));
  assertEquals(keys, [["t/names", "t/days", "t/copies"], ["t/days"], ["t/days"], ["t/days", "t/report"]]);
  const timeless = new Map([...wholeOf(nodes)].filter(([{ set }]) => !isTimeSet(set)));
  assertEquals(batchesOf(timeless, { oldestFirst: false, now: NOW }).length, 1);
  assertEquals(batchesOf(new Map(), { oldestFirst: false, now: NOW }), []);
});

Deno.test("an hour that the clock skips is in no batch, one that it shows twice is in one", async () => {
  const [hours] = await nodesOf(asset({
    key: "t/hours",
    partitions: hourly({ start: "2023-10-01", timeZone: "Europe/Berlin" }),
    batch: { most: 24, backfill: 24 },
    ...make,
  }));
  const counts = (from: string, to: string) => {
    const range = hours!.set.between(from, to, NOW)!;
    const batches = batchesOf(new Map([[hours!, [range]]]), { oldestFirst: true, now: NOW });
    return batches.map((batch) => count(batch.get(hours!)!));
  };
  assertEquals(counts("2024-03-30", "2024-04-01"), [24, 24, 23]);
  assertEquals(counts("2023-10-28", "2023-10-30"), [24, 24, 24, 1]);
});
