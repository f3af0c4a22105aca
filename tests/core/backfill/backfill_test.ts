import { assert, assertEquals, assertRejects } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { type AnyAsset, type AssetOptions, definer, from } from "../../../core/asset.ts";
import { noteOutage } from "../../../core/outages.ts";
import type { BackfillSelection } from "../../../core/backfill/begin.ts";
import type { BackfillProgress } from "../../../core/backfill/progress.ts";
import { RequestError } from "../../../core/errors.ts";
import { HOUR } from "../../../core/instant.ts";
import { hoursOfDay } from "../../../core/mapping.ts";
import type { Output } from "../../../core/output.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import type { HourlySet } from "../../../core/partition/time_set.ts";
import { fakeClock } from "../../fake_clock.ts";
import { type Lab, lab, type LabOptions, NOON, worked } from "../lab.ts";

const { asset } = definer<null>();

/** What the code of hours does besides, by key. */
interface Doing {
  readonly fails?: ReadonlySet<string>;
  readonly at?: (key: string) => unknown;
  readonly code?: string;
  readonly given?: Partial<AssetOptions<null, HourlySet, Record<string, never>>>;
}

/** Hours, and the days of them; a batch covers two days. */
function graphOf({ fails = new Set(), at = () => {}, code = "1", given = {} }: Doing = {}): AnyAsset[] {
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start: "2024-01-01", timeZone: "UTC" }),
    batch: { most: 200, scattered: true, backfill: 48 },
    code,
    async *materialize({ partitions }) {
      for (const { ordinal: partition, key } of partitions) {
        await at(key!);
        yield [
          fails.has(key!) ? { partition, error: "no" } : { partition, dataVersion: code } satisfies Output,
        ];
      }
    },
    ...given,
  });
  const days = asset({
    key: "t/days",
    partitions: daily({ start: "2024-01-01", timeZone: "UTC" }),
    batch: { most: 100 },
    deps: { hours: from(hours, hoursOfDay) },
    async *materialize({ partitions }) {
      yield await Promise.resolve(
        [...partitions].map(({ ordinal: partition }) => ({ partition, dataVersion: code })),
      );
    },
  });
  return [hours, days];
}

function selection(given: Partial<BackfillSelection> = {}): BackfillSelection {
  return {
    assets: new Set(["t/hours", "t/days"]),
    words: ["+t/days"],
    from: "2024-01-01",
    to: "2024-01-06",
    lookbackDays: 7,
    leastSeconds: (requests) => requests,
    ...given,
  };
}

const never = new AbortController().signal;

async function begun({ orchestrator }: Lab, given: Partial<BackfillSelection> = {}): Promise<number> {
  return await (await orchestrator.planBackfill(selection(given), never)).begin();
}

/** The keys that each run made, by asset. */
async function made({ state, orchestrator }: Lab): Promise<string[]> {
  const events = (await state.since(0)).flatMap((event) => event.kind === "materialized" ? [event] : []);
  return [...Map.groupBy(events, ({ run, asset }) => `${run} ${asset}`)].map(([name, those]) => {
    const { key } = orchestrator.partitions(those[0]!.asset);
    return `${name} ${key(those[0]!.partition)}..${key(those.at(-1)!.partition)}`;
  });
}

async function progress({ orchestrator }: Lab) {
  const [newest] = await orchestrator.backfills();
  const { status, total, done, failed } = newest!;
  return { status, total, done, failed };
}

const ALL = 6 * 24 + 6;

Deno.test("a backfill says what it would do, is stored, and is made batch by batch, days with their hours", async () => {
  const world = await lab(graphOf());
  const planned = await world.orchestrator.planBackfill(selection(), never);
  assertEquals([planned.partitions, planned.batches, planned.requests, planned.leastSeconds], [ALL, 3, 0, 0]);
  assertEquals(planned.assets, [{ key: "t/hours", partitions: 144 }, { key: "t/days", partitions: 6 }]);
  assertEquals(await world.orchestrator.backfills(), [], "nothing is stored until it begins");
  const id = await planned.begin();
  assertEquals(await world.state.runs(9), []);
  assertEquals(await progress(world), { status: "running", total: ALL, done: 0, failed: 0 });
  assertEquals(await worked(world), ["1 succeeded", "2 succeeded", "3 succeeded"]);
  assertEquals(await made(world), [
    "1 t/hours 2024-01-05T00..2024-01-06T23",
    "1 t/days 2024-01-05..2024-01-06",
    "2 t/hours 2024-01-03T00..2024-01-04T23",
    "2 t/days 2024-01-03..2024-01-04",
    "3 t/hours 2024-01-01T00..2024-01-02T23",
    "3 t/days 2024-01-01..2024-01-02",
  ]);
  assertEquals(await progress(world), { status: "succeeded", total: ALL, done: ALL, failed: 0 });
  const { request } = (await world.state.run(1))!.run;
  assertEquals([request.key, request.priority, request.tags], [
    `backfill/${id}/1`,
    -1,
    { by: "backfill", backfill: `${id}`, batch: "1" },
  ]);
  assertEquals((await world.orchestrator.planBackfill(selection(), never)).partitions, 0);
});

Deno.test("the oldest come first where that is asked for", async () => {
  const world = await lab(graphOf());
  await begun(world, { oldestFirst: true });
  await worked(world);
  assertEquals((await made(world))[0], "1 t/hours 2024-01-01T00..2024-01-02T23");
});

Deno.test("runs are queued a few ahead, and go on where a ticker was killed between any two of its writes", async () => {
  const store = memoryStore();
  for (let after = 0; after < 6; after++) {
    let left = after;
    const dying: LabOptions["state"] = (state) =>
      new Proxy(state, {
        get(target, name) {
          const value = Reflect.get(target, name, target);
          if (name !== "backfills") return typeof value === "function" ? value.bind(target) : value;
          return new Proxy(value, {
            get(port, call) {
              return (...args: unknown[]) => {
                if (left-- <= 0) return Promise.reject(new Error("killed"));
                return (port as Record<string | symbol, (...args: unknown[]) => unknown>)[call]!(...args);
              };
            },
          });
        },
      });
    if (after === 0) await begun(await lab(graphOf(), { store }));
    const world = await lab(graphOf(), { store, worker: `${after}`, state: dying });
    const ticker = await world.orchestrator.backfillTicker();
    await ticker.tick(never).catch((error) => assertEquals(error.message, "killed"));
    store.kill(`${after}`);
    const queued = (await world.state.runs(99)).map(({ request }) => request.key);
    assert(queued.length <= 2, "two are ahead");
    assertEquals(new Set(queued).size, queued.length);
  }
  const world = await lab(graphOf(), { store, worker: "last" });
  assertEquals(await worked(world), ["1 succeeded", "2 succeeded", "3 succeeded"]);
  assertEquals((await progress(world)).status, "succeeded");
});

Deno.test("two who tick at once queue each batch once", async () => {
  const store = memoryStore();
  const [a, b] = [await lab(graphOf(), { store }), await lab(graphOf(), { store, worker: "b" })];
  await begun(a);
  const tickers = [await a.orchestrator.backfillTicker(), await b.orchestrator.backfillTicker()];
  const ticks = await Promise.all(tickers.map((ticker) => ticker.tick(never)));
  assertEquals(ticks.flatMap(({ runs }) => runs).length, 2);
  await Promise.all([worked(a), worked(b)]);
  assertEquals((await a.state.runs(99)).length, 3);
  assertEquals((await made(a)).length, 6);
});

Deno.test("who is paused while runs are queued makes nothing more until it goes on, and is cancelled", async () => {
  const world = await lab(graphOf());
  const { orchestrator, state } = world;
  const id = await begun(world);
  await (await orchestrator.backfillTicker()).tick(never);
  await state.backfills.turn(id, "paused", 0);
  assertEquals(await worked(world), []);
  assertEquals(await progress(world), { status: "paused", total: ALL, done: 0, failed: 0 });
  await state.backfills.turn(id, "running", 0);
  for await (const _ of orchestrator.work()) await state.backfills.turn(id, "paused", 0);
  assertEquals(await progress(world), { status: "paused", total: ALL, done: 50, failed: 0 });
  await state.backfills.turn(id, "cancelled", 0);
  assertEquals(await worked(world), []);
  assertEquals((await state.runs(9)).map(({ status }) => status), ["cancelled", "succeeded"]);
  assertEquals(await progress(world), { status: "cancelled", total: ALL, done: 50, failed: 0 });
});

Deno.test("a run that is at work ends when its backfill is cancelled", async () => {
  let cancel = () => {};
  const world = await lab(graphOf({ at: (key) => key === "2024-01-05T07" ? cancel() : undefined }));
  const id = await begun(world);
  cancel = () => world.state.backfills.turn(id, "cancelled", 0);
  assertEquals(await worked(world), ["1 cancelled"]);
  assertEquals((await world.state.runs(9)).map(({ status }) => status), ["cancelled", "cancelled"]);
});

Deno.test("a batch that fails is counted and stops no other, and a retry makes it good", async () => {
  const fails = new Set(["2024-01-03T05"]);
  const world = await lab(graphOf({ fails }));
  await begun(world);
  assertEquals(await worked(world), ["1 succeeded", "2 failed", "3 succeeded"]);
  assertEquals(await progress(world), { status: "failed", total: ALL, done: ALL - 2, failed: 2 });
  assertEquals((await world.orchestrator.planBackfill(selection({ only: ["failed"] }), never)).partitions, 1);
  fails.clear();
  await world.orchestrator.retry(2);
  assertEquals(await worked(world), ["4 succeeded"]);
  assertEquals(await progress(world), { status: "succeeded", total: ALL, done: ALL, failed: 0 });
});

Deno.test("what somebody else made meanwhile is not made again", async () => {
  const store = memoryStore();
  const [world, other] = [await lab(graphOf(), { store }), await lab(graphOf(), { store, worker: "b" })];
  await begun(world);
  await (await world.orchestrator.backfillTicker()).tick(never);
  await other.materialize({ all: false, from: "2024-01-02", to: "2024-01-05" });
  assertEquals(await progress(world), { status: "running", total: ALL, done: 100, failed: 0 });
  await worked(world);
  assertEquals((await made(world)).sort(), [
    "1 t/days 2024-01-06..2024-01-06",
    "1 t/hours 2024-01-06T00..2024-01-06T23",
    "3 t/days 2024-01-02..2024-01-05",
    "3 t/hours 2024-01-02T00..2024-01-05T23",
    "4 t/days 2024-01-01..2024-01-01",
    "4 t/hours 2024-01-01T00..2024-01-01T23",
  ]);
  assertEquals((await progress(world)).status, "succeeded");
});

Deno.test("other code goes on with it: what was made counts, and an asset that is gone failed", async () => {
  const store = memoryStore();
  const first = await lab(graphOf(), { store });
  await begun(first);
  await (await first.orchestrator.backfillTicker()).tick(never);
  for await (const _ of first.orchestrator.work()) break;
  store.kill("a");
  const second = await lab(graphOf({ code: "2" }), { store, worker: "b" });
  assertEquals((await progress(second)).done, 50);
  await worked(second);
  assertEquals(await progress(second), { status: "succeeded", total: ALL, done: ALL, failed: 0 });
  const versions = new Set(
    (await second.state.since(0)).flatMap((event) =>
      event.kind === "materialized" ? [`${event.run} ${event.dataVersion}`] : []
    ),
  );
  assertEquals(versions, new Set(["1 1", "2 2", "3 2"]));

  await begun(second, { only: ["stale"] });
  const hours = await lab(graphOf().slice(0, 1), { store, worker: "c" });
  await worked(hours);
  assertEquals((await progress(hours)).status, "failed");
});

Deno.test("a backfill of what is missing leaves what is stale", async () => {
  const store = memoryStore();
  const first = await lab(graphOf(), { store });
  await first.materialize({ all: false, from: "2024-01-02", to: "2024-01-03" });
  const world = await lab(graphOf({ code: "2" }), { store, worker: "b" });
  const partitions = async (given: Partial<BackfillSelection>) =>
    (await world.orchestrator.planBackfill(selection(given), never)).partitions;
  assertEquals([
    await partitions({}),
    await partitions({ only: ["missing"] }),
    await partitions({ only: ["stale"] }),
    await partitions({ only: ["failed"] }),
    await partitions({ only: ["stale", "missing"] }),
  ], [ALL, ALL - 50, 50, 0, ALL]);
  await begun(world, { only: ["missing"] });
  await worked(world);
  assertEquals(await progress(world), { status: "succeeded", total: 100, done: 100, failed: 0 });
  assertEquals(await partitions({}), 50);
});

Deno.test("the time that remains is told by what was made, before that by the source's pace", async () => {
  const clock = fakeClock(NOON);
  const world = await lab(
    graphOf({
      at: (key) => key.endsWith("T23") ? clock.advance(HOUR) : undefined,
      given: { requests: ({ batches }) => Promise.resolve(batches.length * 20) },
    }),
    { clock },
  );
  const planned = await world.orchestrator.planBackfill(selection(), never);
  assertEquals([planned.requests, planned.leastSeconds], [60, 60]);
  await planned.begin();
  const left = async () => (await world.orchestrator.backfills())[0]!.remainingSeconds;
  assertEquals(await left(), 60);
  await (await world.orchestrator.backfillTicker()).tick(never);
  for await (const _ of world.orchestrator.work()) break;
  assertEquals(await left(), 4 * 3_600);
  await worked(world);
  assertEquals(await left(), 0);
});

Deno.test("what the source would be asked may be unknown, and a range without anything is refused", async () => {
  const world = await lab(
    graphOf({ given: { requests: () => Promise.reject(new Error("hunter2 is out")) } }),
  );
  const { requests, leastSeconds, untold } = await world.orchestrator.planBackfill(selection(), never);
  assertEquals([requests, leastSeconds, untold], [null, null, "*** is out"]);
  const empty = await world.orchestrator.planBackfill(
    selection({ from: "2023-01-01", to: "2023-01-02" }),
    never,
  );
  assertEquals(empty.partitions, 0);
  await assertRejects(() => empty.begin(), RequestError, "found nothing to make");
  await assertRejects(
    () => world.orchestrator.planBackfill(selection({ from: "soon" }), never),
    RequestError,
    "soon",
  );
});

Deno.test("a year of hours that a clock skips or shows twice is counted as it is", async () => {
  const berlin = asset({
    key: "t/hours",
    partitions: hourly({ start: "2023-01-01", timeZone: "Europe/Berlin" }),
    batch: { most: 200, backfill: 1_000 },
    async *materialize({ partitions }) {
      yield await Promise.resolve(
        [...partitions].map(({ ordinal: partition }) => ({ partition, dataVersion: "1" })),
      );
    },
  });
  const world = await lab([berlin]);
  const over = { assets: new Set(["t/hours"]), from: "2023-03-01", to: "2023-03-31" };
  assertEquals((await world.orchestrator.planBackfill(selection(over), never)).partitions, 743);
  const autumn = { ...over, from: "2023-10-01", to: "2023-10-31" };
  assertEquals((await world.orchestrator.planBackfill(selection(autumn), never)).partitions, 745);
  await begun(world, over);
  await worked(world);
  assertEquals(await progress(world), { status: "succeeded", total: 743, done: 743, failed: 0 });
});

Deno.test("while the service that it asks is down a backfill queues nothing, and goes on once it answers", async () => {
  const world = await lab(graphOf({ given: { pool: "well" } }));
  await begun(world);
  const note = (message: string | null) =>
    noteOutage(world.state.keyValue, "well", { message, at: world.clock.now() });
  await note("found it dry");
  assertEquals(await worked(world), []);
  await note(null);
  assertEquals((await worked(world)).length, 3);
  assertEquals(await progress(world), { status: "succeeded", total: ALL, done: ALL, failed: 0 });
});

Deno.test("a backfill of newer code is left to who has it: an older worker neither does, asks for, nor ends it", async () => {
  const store = memoryStore();
  const old = await lab(graphOf(), { store, worker: "old" });
  await old.materialize({ all: false, from: "2024-01-01", to: "2024-01-06" });
  const runs = (await old.state.runs(99)).length;
  const young = await lab(graphOf({ code: "2" }), { store, worker: "young" });
  const id = await begun(young);
  assertEquals(await worked(old), []);
  assertEquals((await old.state.runs(99)).length, runs);
  // Whatever is queued for who has the code waits for it.
  const ticker = await young.orchestrator.backfillTicker();
  assertEquals((await ticker.tick(never)).runs.length, 2);
  assertEquals(await worked(old), []);
  assertEquals(await progress(young), { status: "running", total: ALL, done: 0, failed: 0 });
  await old.state.lead("ticks", 0, undefined, {
    note: {
      speed: 1,
      codes: Object.fromEntries(old.orchestrator.index.nodes.map((node) => [node.key, node.codeId])),
    },
  });
  const [{ waitsForCode }] = await young.orchestrator.backfills() as [BackfillProgress];
  assertEquals(
    waitsForCode,
    "t/hours: the daemon has other code of it than was registered since and does not make it: " +
      "start it again from the checkout that has it",
  );
  assertEquals((await worked(young)).length, 3);
  assertEquals(await progress(young), { status: "succeeded", total: ALL, done: ALL, failed: 0 });
  assertEquals((await young.state.backfills.get(id))?.status, "succeeded");
  assertEquals((await young.orchestrator.backfills())[0]?.waitsForCode, undefined);
});

Deno.test("a backfill that no daemon has all assets of says so, in a line, until one does", async () => {
  const world = await lab(graphOf());
  await begun(world);
  const codes = world.orchestrator.index.nodes.map(({ key, codeId }) => [key, codeId] as const);
  const leads = (name: string, of: typeof codes) =>
    world.state.lead(name, 0, undefined, { note: { speed: 1, codes: Object.fromEntries(of) } });
  const waits = async () => (await world.orchestrator.backfills())[0]?.waitsForCode;
  const [first, ...rest] = codes;
  await leads("ticks one", [first!]);
  await leads("ticks two", rest);
  assertEquals(
    await waits(),
    `no daemon makes all of its assets: the daemon does not make ${rest[0]![0]}, ` +
      `the daemon does not make ${first![0]}: start one with the pipelines of all`,
  );
  await leads("ticks one two", codes);
  assertEquals(await waits(), undefined);
});

Deno.test("an asset that only newer code has stays part of its backfill", async () => {
  const store = memoryStore();
  const [hours, days] = graphOf();
  const old = await lab([hours!], { store, worker: "old" });
  const young = await lab([hours!, days!], { store, worker: "young" });
  await begun(young);
  assertEquals(await worked(old), []);
  await worked(young);
  assertEquals(await progress(young), { status: "succeeded", total: ALL, done: ALL, failed: 0 });
});
