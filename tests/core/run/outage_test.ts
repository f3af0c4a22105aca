import { assertEquals } from "@std/assert";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { type AnyAsset, definer, from } from "../../../core/asset.ts";
import { noteOutage } from "../../../core/outages.ts";
import { eager } from "../../../core/automation/presets.ts";
import { Ticker } from "../../../core/automation/ticker.ts";
import { SourceError } from "../../../core/errors.ts";
import { HOUR, MINUTE } from "../../../core/instant.ts";
import { hoursOfDay } from "../../../core/mapping.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import type { State } from "../../../core/ports/state.ts";
import { SourceHealth } from "../../../core/source_health.ts";
import { type Lab, lab, type LabOptions, worked } from "../lab.ts";

const { asset } = definer<null>();
const never = new AbortController().signal;
const START = "2024-01-30";

/** A well that may run dry, and all that it was asked for. */
class Well {
  /** With what it fails from some hour on; null while it is well. */
  fault: ((key: string) => Error | undefined) | null = null;
  readonly given: string[] = [];
  asked = 0;

  draw(key: string): void {
    this.asked++;
    const error = this.fault?.(key);
    if (error !== undefined) throw error;
    this.given.push(key);
  }
}

const dry = (isDown = true) => (key: string) =>
  key >= `${START}T05` ? new SourceError("it is dry", isDown) : undefined;

function graphOf(well: Well): AnyAsset[] {
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start: START, timeZone: "UTC" }),
    batch: { most: 200, scattered: true, backfill: 24 },
    pool: "well",
    automation: eager(),
    async *materialize({ partitions }) {
      for (const { ordinal: partition, key } of partitions) {
        await null;
        well.draw(key!);
        yield [{ partition, dataVersion: "1" }];
      }
    },
  });
  const days = asset({
    key: "t/days",
    partitions: daily({ start: START, timeZone: "UTC" }),
    deps: { hours: from(hours, hoursOfDay) },
    batch: { most: 9 },
    automation: eager(),
    async *materialize({ partitions }) {
      yield await Promise.resolve(
        [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" })),
      );
    },
  });
  return [hours, days];
}

async function opened(options: LabOptions = {}): Promise<{ world: Lab; well: Well; health: SourceHealth }> {
  const well = new Well();
  const world = await lab(graphOf(well), options);
  return { world, well, health: new SourceHealth("well", world.state.keyValue, world.clock) };
}

async function backfilled({ orchestrator }: Lab): Promise<void> {
  const planned = await orchestrator.planBackfill({
    assets: new Set(["t/hours", "t/days"]),
    words: ["+t/days"],
    from: START,
    to: "2024-01-31",
    lookbackDays: 7,
    oldestFirst: true,
    leastSeconds: () => 0,
  }, never);
  await planned.begin();
}

const standing = async ({ orchestrator }: Lab) => {
  const [{ status, done, failed, remainingSeconds, waits }] = await orchestrator.backfills() as [
    Awaited<ReturnType<typeof orchestrator.backfills>>[number],
  ];
  return { status, done, failed, remainingSeconds, waits: waits && [waits.for, waits.message] };
};

const failures = async (state: State) =>
  (await state.since(0)).flatMap((event) => event.kind === "failed" ? [event.reason] : []);

Deno.test("a batch that runs into an outage waits with those after it, and goes on where it was once that is over", async () => {
  const { world, well } = await opened();
  const { state, clock } = world;
  await backfilled(world);
  well.fault = dry();
  assertEquals(await worked(world), ["1 handed-back"]);
  assertEquals([well.asked, await failures(state)], [6, []]);
  assertEquals((await state.runs(9)).map(({ status }) => status), ["queued", "queued"]);
  const waits = ["well", "it is dry"];
  const left = { status: "running", done: 5, failed: 0, remainingSeconds: null, waits };
  assertEquals(await standing(world), left);
  assertEquals([await worked(world), well.asked], [[], 6], "nobody asks meanwhile");
  well.fault = null;
  await noteOutage(state.keyValue, "well", { message: null, at: clock.now() });
  assertEquals(await worked(world), ["1 succeeded", "2 succeeded"]);
  assertEquals([well.given.length, new Set(well.given).size], [48, 48], "nothing is asked twice");
  assertEquals(await standing(world), {
    status: "succeeded",
    done: 50,
    failed: 0,
    remainingSeconds: 0,
    waits: undefined,
  });
  assertEquals(
    (await state.run(1))!.steps.map(({ outcome, materialized, failed }) => [outcome, materialized, failed]),
    [
      ["cancelled", 5, 0],
      ["succeeded", 19, 0],
      ["succeeded", 1, 0],
    ],
  );
});

Deno.test("what is queued while the source is down waits, in another process, too; others go on", async () => {
  const store = memoryStore();
  const { world, well } = await opened({ store });
  const other = await lab(graphOf(well), { store, worker: "b" });
  await backfilled(world);
  await (await world.orchestrator.backfillTicker()).tick(never);
  await noteOutage(world.state.keyValue, "well", { message: "found it dry", at: world.clock.now() });
  const days = { command: "materialize", ranges: [{ asset: "t/days", from: START, to: START }] } as const;
  await world.state.enqueue(days, 0);
  assertEquals([await worked(other), well.asked], [["3 failed"], 0], "its hours are missing, nobody asked");
  assertEquals((await standing(other)).waits, ["well", "found it dry"]);
});

Deno.test("a batch that runs into an outage waits where its worker is killed at any of its writes, too", async () => {
  for (const at of ["commit", "handBack", "log"]) {
    const store = memoryStore();
    const { world, well } = await opened({ store });
    await backfilled(world);
    let isDead = false;
    const state = (of: State) =>
      new Proxy(of, {
        get(target, name) {
          const value = Reflect.get(target, name, target);
          if (typeof value !== "function") return value;
          return (...args: unknown[]) => {
            isDead ||= name === at && well.asked === 6;
            return isDead ? Promise.reject(new Error("killed")) : value.apply(target, args);
          };
        },
      });
    const dying = await lab(graphOf(well), { store, worker: "dying", state });
    await (await dying.orchestrator.backfillTicker()).tick(never);
    well.fault = dry();
    const taken = await dying.orchestrator.take();
    await dying.orchestrator.execute(taken!).catch(() => {});
    assertEquals(isDead, true, at);
    store.kill("dying");
    assertEquals([await worked(world), well.asked, await failures(world.state)], [[], 6, []], at);
    well.fault = null;
    await noteOutage(world.state.keyValue, "well", { message: null, at: world.clock.now() });
    assertEquals(await worked(world), ["1 succeeded", "2 succeeded"], at);
    assertEquals([well.given.length, new Set(well.given).size], [48, 48], at);
  }
});

Deno.test("the end of a run that was asked for while it ran into an outage is its end", async () => {
  const { world, well } = await opened();
  await backfilled(world);
  well.fault = (key) => {
    const error = dry()(key);
    if (error !== undefined) world.state.cancel(1, 0);
    return error;
  };
  assertEquals((await worked(world))[0], "1 cancelled");
  assertEquals((await world.state.run(1))!.run.status, "cancelled");
});

Deno.test("where nobody knew that the source is down, it is found out before anything counts as failed", async () => {
  const examined: string[] = [];
  const { world, well } = await opened({
    examine: async (pool, { keyValue }) => {
      examined.push(pool);
      if (examined.length === 1) return;
      await noteOutage(keyValue, pool, { message: "it does not answer a probe", at: world.clock.now() });
    },
  });
  await backfilled(world);
  well.fault = dry(false);
  assertEquals(await worked(world), ["1 failed", "2 handed-back"], "the first time it answered");
  assertEquals([examined, await failures(world.state)], [["well", "well"], ["error"]]);
});

Deno.test("what conditions asked for is asked for anew as soon as the source is back, with what came since", async () => {
  const { world, well } = await opened();
  const { state, clock } = world;
  const ticker = await Ticker.open(world.orchestrator.session, new CronerCron());
  const asked = async () =>
    (await ticker.tick()).runs.map(({ request }) =>
      request.ranges.map(({ asset, from, to }) => `${asset} ${from}..${to}`)
    );
  assertEquals((await asked()).length, 1);
  well.fault = dry();
  await worked(world);
  assertEquals([(await state.run(1))!.run.status, await failures(state)], ["failed", ["outage"]]);
  assertEquals(await asked(), []);
  clock.suspend(2 * HOUR - 5 * MINUTE);
  const note = (message: string | null) => noteOutage(state.keyValue, "well", { message, at: clock.now() });
  await note("found it dry");
  assertEquals([await asked(), well.asked], [[], 6]);
  clock.suspend(5 * MINUTE);
  well.fault = null;
  await note(null);
  assertEquals(await asked(), [[
    "t/hours 2024-01-30T05..2024-02-01T13",
    "t/days 2024-01-30..2024-01-31",
  ]]);
  assertEquals([await worked(world), await asked()], [["2 succeeded"], []]);
  assertEquals([well.given.length, new Set(well.given).size], [62, 62]);
});

Deno.test("a failure of another kind keeps its pause, whether or not the source was down since", async () => {
  const { world, well } = await opened();
  const { state, clock } = world;
  const ticker = await Ticker.open(world.orchestrator.session, new CronerCron());
  await ticker.tick();
  well.fault = () => new Error("the bucket leaks");
  await worked(world);
  well.fault = null;
  const note = (message: string | null) => noteOutage(state.keyValue, "well", { message, at: clock.now() });
  await note("found it dry");
  await ticker.tick();
  await note(null);
  assertEquals((await ticker.tick()).runs, []);
  clock.suspend(HOUR);
  assertEquals((await ticker.tick()).runs.length, 1);
});

Deno.test("what somebody typed fails by the outage, and is asked for as soon as that is over", async () => {
  const { world, well } = await opened();
  const ticker = await Ticker.open(world.orchestrator.session, new CronerCron());
  well.fault = dry();
  assertEquals((await world.materialize()).status, "failed");
  assertEquals(await failures(world.state), ["outage"]);
  well.fault = null;
  assertEquals((await ticker.tick()).runs, []);
  await noteOutage(world.state.keyValue, "well", { message: null, at: world.clock.now() });
  assertEquals((await ticker.tick()).runs.length, 1);
});

Deno.test("a source that answers probes and no question is asked no more than once a minute", async () => {
  const { world, well, health } = await opened();
  const { clock } = world;
  await backfilled(world);
  well.fault = dry();
  const asked: number[] = [];
  for (let second = 0; second < 300; second++) {
    const before = well.asked;
    await worked(world);
    if (well.asked > before) asked.push(second);
    if ((await health.trouble()) !== null) await health.probe(() => Promise.resolve(true), never);
    clock.suspend(1_000);
  }
  assertEquals(asked, [0, 1, 61, 121, 181, 241]);
});
