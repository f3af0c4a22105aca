import { assertEquals, assertLess } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer } from "../../../core/asset.ts";
import { SECOND } from "../../../core/instant.ts";
import { daily } from "../../../core/partition/time_set.ts";
import type { Publisher } from "../../../core/ports/publisher.ts";
import type { AssetStatus } from "../../../core/status.ts";
import { Lake } from "../../simulation/lake.ts";
import { fakeClock } from "../../fake_clock.ts";
import { contents, filed, lab, type LabOptions, NOON } from "../lab.ts";

const { asset } = definer<null>();

/** Days of a file each, and an asset beside them; every opening is another command over the same state and lake. */
function days(start: string, options: LabOptions = {}) {
  const common = { store: memoryStore(), lake: new Lake(), ...options };
  const day = asset({
    key: "t/day",
    partitions: daily({ start }),
    batch: { most: 1000 },
    async *materialize({ partitions, staging }) {
      yield [...partitions].map(({ ordinal: partition, key }) =>
        filed(common.lake, { staging, name: "day", partition, key, content: "1" })
      );
    },
  });
  const beside = asset({ key: "t/beside", ...contents({}) });
  let commands = 0;
  return { ...common, open: () => lab([day, beside], { ...common, worker: `${++commands}` }) };
}

const BESIDE = { assets: new Set(["t/beside"]) };

Deno.test("what is asked for is compared with its files, however old it is", async () => {
  const { lake, open } = days("2023-01-01");
  await (await open()).materialize();
  lake.files.delete("lake/day/2023-01-02");
  lake.files.set("lake/day/2023-01-03", "flipped");
  const { materialize, plan } = await open();
  const { counts } = await materialize({ partitions: ["2023-01-02"], assets: new Set(["t/day"]) });
  assertEquals([counts.materialized, counts.unchanged], [1, 1]);
  assertEquals(lake.files.get("lake/day/2023-01-02"), "1");
  const again = await open();
  const asked = { from: "2023-01-03", to: "2023-01-05", assets: new Set(["t/day"]) };
  assertEquals((await again.materialize(asked)).counts.materialized, 1);
  assertEquals([lake.files.get("lake/day/2023-01-03"), await plan()], ["1", []]);
});

Deno.test("who looks is told of the damage that a run would find, and records nothing of it", async () => {
  const { lake, open } = days("2023-01-01");
  await (await open()).materialize();
  lake.files.delete("lake/day/2023-01-02");
  const { orchestrator, causes, state } = await open();
  const { signal } = new AbortController();
  const events = (await state.since(0)).length;
  const asked = { assets: new Set(["t/day"]), lookbackDays: 7, from: "2023-01-02", to: "2023-01-04" };
  await orchestrator.look(asked, signal);
  await orchestrator.look(asked, signal);
  assertEquals(await causes("t/day"), ["damaged a published file is gone or has other bytes"]);
  const [{ partitions, warnings }] = await orchestrator.status(asked) as [AssetStatus];
  assertEquals([partitions.stale, partitions.fresh, warnings.map(({ partition }) => partition)], [1, 2, [
    "2023-01-02",
  ]]);
  assertEquals((await state.since(0)).length, events);
  assertEquals((await (await open()).plan()).length, 0);
});

/** More days than bytes are compared of at once, the last of which are beside the newest publications. */
const MANY = "2022-01-01";
const LATE = "2023-06-01";

Deno.test("a file that is gone is noticed, however many partitions are looked at or asked for", async () => {
  const { lake, open } = days(MANY);
  await (await open()).materialize();
  lake.files.delete(`lake/day/${LATE}`);
  const all = { assets: new Set(["t/day"]), all: true, lookbackDays: 7 };
  const { orchestrator, plan } = await open();
  const { left } = await orchestrator.look(all, new AbortController().signal);
  const [status] = await orchestrator.status(all) as [AssetStatus];
  assertEquals([left.size, status.partitions.stale, status.ranges[1]!.from], [0, 1, LATE]);
  assertEquals(await plan(), [`t/day ${LATE} stale`]);
  assertEquals((await (await open()).materialize()).counts.materialized, 1);
  assertEquals(lake.files.get(`lake/day/${LATE}`), "1");
});

Deno.test("who has no time to look at all files says of how many partitions", async () => {
  const { lake, open, store } = days(MANY);
  await (await open()).materialize();
  lake.files.delete(`lake/day/${LATE}`);
  const clock = fakeClock(NOON);
  let awake = 0;
  const slow = { ...clock, awake: () => awake += SECOND };
  const { orchestrator } = await days(MANY, { store, lake, clock: slow }).open();
  const all = { assets: new Set(["t/day"]), all: true, lookbackDays: 7 };
  const { left } = await orchestrator.look(all, new AbortController().signal);
  assertEquals([...left], [["t/day", 61]]);
});

Deno.test("many partitions of one asset do not keep another's few from being compared", async () => {
  const common = { store: memoryStore(), lake: new Lake() };
  const made = (key: string, start: string) =>
    asset({
      key: `t/${key}`,
      partitions: daily({ start }),
      batch: { most: 1000 },
      async *materialize({ partitions, staging }) {
        yield [...partitions].map(({ ordinal: partition, key: day }) =>
          filed(common.lake, { staging, name: key, partition, key: day, content: "1" })
        );
      },
    });
  const assets = [made("many", MANY), made("few", "2024-01-30")];
  const { materialize } = await lab(assets, common);
  await materialize({ assets: new Set(["t/few"]) });
  await materialize({ assets: new Set(["t/many"]) });
  common.lake.files.set("lake/few/2024-01-30", "2");
  const { orchestrator, plan } = await lab(assets, { ...common, worker: "b" });
  const all = { assets: new Set(["t/many", "t/few"]), all: true, lookbackDays: 7 };
  await orchestrator.look(all, new AbortController().signal);
  assertEquals(await plan(), ["t/few 2024-01-30 stale"]);
});

Deno.test("what another publishes while it is compared is not taken for damaged", async () => {
  const common = { store: memoryStore(), lake: new Lake() };
  const content = { "-": "1" };
  const one = asset({
    key: "t/one",
    async *materialize({ partitions: { first: { ordinal: partition, key } }, staging }) {
      yield [filed(common.lake, { staging, name: "one", partition, key, content: content["-"] })];
    },
  });
  const other = await lab([one], { ...common, worker: "other" });
  await other.materialize();
  const between = (publisher: Publisher): Publisher =>
    Object.assign(Object.create(publisher) as Publisher, publisher, {
      intact: async (...[refs]: Parameters<Publisher["intact"]>) => {
        content["-"] = "2";
        await other.materialize({ force: true });
        return await publisher.intact(refs);
      },
    });
  const { orchestrator, plan } = await lab([one], { ...common, publisher: between });
  await orchestrator.look({ assets: new Set(["t/one"]), lookbackDays: 7 }, new AbortController().signal);
  assertEquals(await plan(), []);
});

Deno.test("within some runs everything is compared, whatever they are asked for", async () => {
  const { lake, open } = days("2019-01-01");
  const first = await open();
  await first.materialize();
  const all = first.orchestrator.index.node("t/day").rows.materialized([{ from: 0, to: 30_000 }]);
  for (const day of ["2019-01-01", "2020-07-01", "2021-12-31", "2023-05-05"]) {
    lake.files.set(`lake/day/${day}`, "flipped");
    let runs = 0;
    for (let found: string[] = []; found.length === 0; runs++) {
      assertLess(runs, all / 500 + 1, day);
      const { materialize, plan } = await open();
      const { warnings } = await materialize(BESIDE);
      found = await plan();
      const line = `t/day ${day}: a published file is gone or has other bytes: stale until it is made again`;
      assertEquals([warnings, found], found.length === 0 ? [[], []] : [[line], [`t/day ${day} stale`]]);
    }
    await (await open()).materialize({ partitions: [day], assets: new Set(["t/day"]) });
  }
});

Deno.test("big files are compared a few at a time, each in its turn", async () => {
  const intact: number[] = [];
  const big = (publisher: Publisher): Publisher =>
    Object.assign(Object.create(publisher) as Publisher, publisher, {
      measure: async (...[batch]: Parameters<Publisher["measure"]>) =>
        (await publisher.measure(batch)).map((ref) => ({ ...ref, size: 40 * 2 ** 20 })),
      intact: async (...[refs]: Parameters<Publisher["intact"]>) => {
        intact.push(refs.length);
        return await publisher.intact(refs);
      },
    });
  const { lake, store, open } = days("2024-01-22", { publisher: big });
  await (await open()).materialize();
  // The newest publications are compared each time: here they are those of another asset.
  const { orchestrator } = await lab([asset({ key: "t/other", ...contents({}) })], { store, lake });
  for (let run = 0; run < 201; run++) {
    const signal = new AbortController().signal;
    const other = { assets: new Set(["t/other"]), lookbackDays: 7, force: true, signal };
    await orchestrator.materialize(other);
  }
  lake.files.set("lake/day/2024-01-29", "flipped");
  let runs = 0;
  for (let found: string[] = []; found.length === 0; runs++) {
    assertLess(runs, 6);
    intact.length = 0;
    const { materialize, plan } = await open();
    await materialize(BESIDE);
    assertLess(Math.max(...intact), 3);
    found = await plan();
  }
});
