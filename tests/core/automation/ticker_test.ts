import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { definer, from } from "../../../core/asset.ts";
import { eager, onCron } from "../../../core/automation/presets.ts";
import { type Tick, Ticker } from "../../../core/automation/ticker.ts";
import { HOUR } from "../../../core/instant.ts";
import { noteOutage } from "../../../core/outages.ts";
import { setPaused } from "../../../core/automation/pauses.ts";
import { all, hoursOfDay, identity, latest } from "../../../core/mapping.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import { type Lab, lab, type LabOptions } from "../lab.ts";
import { mortal } from "./mortal.ts";

const { asset, external } = definer<unknown>();

const daysOf = daily({ start: "2024-01-30" });
const make = {
  batch: { most: 10 },
  async *materialize({ partitions }: { partitions: Iterable<{ ordinal: number }> }) {
    await null;
    yield [...partitions].map(({ ordinal: partition }) => ({ partition, dataVersion: "1" }));
  },
};
const hours = external({ key: "t/hours", partitions: hourly({ start: "2024-01-30" }) });
const days = asset({
  key: "t/days",
  partitions: daysOf,
  deps: { hours: from(hours, hoursOfDay) },
  automation: eager(),
  ...make,
});
const copies = asset({
  key: "t/copies",
  partitions: daysOf,
  deps: { days: from(days, identity) },
  automation: eager(),
  ...make,
});
const apart = asset({
  key: "t/apart",
  automation: onCron("0 18 * * *"),
  ...make,
});

/** The two whole days of hours that others wrote, and what is made of them. */
async function opened(options: LabOptions = {}): Promise<Lab> {
  const world = await lab([hours, days, copies, apart], options);
  if (options.store !== undefined) return world;
  for (const day of ["2024-01-30", "2024-01-31"]) await report(world, day, "1");
  return world;
}

async function report({ orchestrator }: Lab, day: string, dataVersion: string): Promise<void> {
  const keys = Array.from({ length: 24 }, (_, hour) => `${day}T${String(hour).padStart(2, "0")}`);
  await orchestrator.report("t/hours", keys.map((partition) => ({ partition, dataVersion })));
}

function ticking({ orchestrator }: Lab): Promise<Ticker> {
  return Ticker.open(orchestrator.session, new CronerCron());
}

/** What runs were asked for, each as its ranges. */
function asked({ runs }: Tick): string[][] {
  return runs.map(({ request }) => request.ranges.map(({ asset, from, to }) => `${asset} ${from}..${to}`));
}

async function work({ orchestrator }: Lab): Promise<string[]> {
  const done = [];
  for await (const { outcome } of orchestrator.work()) done.push(outcome.status);
  return done;
}

const BOTH = ["t/days 2024-01-30..2024-01-31", "t/copies 2024-01-30..2024-01-31"];

Deno.test("a tick asks once for what is to be made, assets that read each other in one run", async () => {
  const world = await opened();
  const ticker = await ticking(world);
  assertEquals(asked(await ticker.tick()), [BOTH]);
  assertEquals(asked(await ticker.tick()), [], "it waits in the queue");
  assertEquals(await work(world), ["succeeded"]);
  assertEquals(asked(await ticker.tick()), []);
  await report(world, "2024-01-30", "late");
  assertEquals(asked(await ticker.tick()), [[
    "t/days 2024-01-30..2024-01-30",
    "t/copies 2024-01-30..2024-01-30",
  ]]);
});

for (const automation of [eager(), undefined]) {
  Deno.test(`what lies between two that are asked for is ${automation ? "" : "not "}made with them`, async () => {
    let version = 0;
    const places = asset({
      key: "t/places",
      automation: eager(),
      async *materialize() {
        yield await Promise.resolve([{ partition: 0, dataVersion: `${++version}` }]);
      },
    });
    const named = asset({
      key: "t/named",
      deps: { places: from(places, all) },
      ...(automation && { automation }),
      ...make,
    });
    const day = asset({
      key: "t/day",
      partitions: daysOf,
      deps: { hours: from(hours, hoursOfDay), named: from(named, all) },
      automation: eager(),
      ...make,
    });
    const world = await lab([hours, places, named, day]);
    for (const each of ["2024-01-30", "2024-01-31"]) await report(world, each, "1");
    await world.materialize({ lookbackDays: 9 });
    const ticker = await ticking(world);
    await ticker.tick();
    const at = world.clock.now();
    const due = { kind: "due", asset: "t/places", at, run: null, from: 0, to: 0, detail: "others" } as const;
    await world.state.commit({ claim: null, events: [due] });
    await report(world, "2024-01-31", "late");
    const [first, last] = ["t/places null..null", "t/day 2024-01-31..2024-01-31"];
    assertEquals(
      asked(await ticker.tick()),
      automation ? [[first, "t/named null..null", last]] : [[first], [last]],
    );
    if (automation) assertEquals(await work(world), ["succeeded"]);
  });
}

Deno.test("who was killed between asking and remembering, and whoever else asks, asks for no run twice", async () => {
  const world = await opened();
  const first = await ticking(world);
  const { runs: [run] } = await first.tick();
  assertEquals(asked(await (await ticking(world)).tick()), []);
  const other = await opened({ store: world.store, clock: world.clock, worker: "b" });
  assertEquals(asked(await (await ticking(other)).tick()), []);
  assertEquals((await world.state.runs(10)).map(({ id }) => id), [run!.run]);
});

Deno.test("a run that somebody cancelled is let be until something changes", async () => {
  const world = await opened();
  const ticker = await ticking(world);
  const { runs: [run] } = await ticker.tick();
  await world.state.cancel(run!.run, world.clock.now());
  assertEquals(asked(await ticker.tick()), []);
  assertEquals(asked(await ticker.tick()), []);
  await report(world, "2024-01-31", "late");
  assertEquals(asked(await ticker.tick()), [[
    "t/days 2024-01-31..2024-01-31",
    "t/copies 2024-01-31..2024-01-31",
  ]]);
});

Deno.test("what conditions remember is kept: whoever goes on after a kill misses no time of a cron, and none comes twice", async () => {
  const world = await opened();
  assertEquals(asked(await (await ticking(world)).tick()), [BOTH]);
  world.clock.suspend(7 * HOUR);
  const second = await ticking(world);
  assertEquals(asked(await second.tick()), [["t/apart null..null"]]);
  assertEquals(second.wakes > world.clock.now(), true);
  assertEquals(await work(world), ["succeeded", "succeeded"]);
  assertEquals(asked(await second.tick()), []);
  world.clock.suspend(HOUR);
  await world.orchestrator.wipe({ assets: new Set(["t/apart"]), all: true, lookbackDays: 7 });
  assertEquals(asked(await second.tick()), []);
  assertEquals(asked(await (await ticking(world)).tick()), []);
  world.clock.suspend(24 * HOUR);
  assertEquals(asked(await (await ticking(world)).tick()), [["t/apart null..null"]]);
});

Deno.test("a clock that was set back and goes on again is noticed", async () => {
  const world = await opened();
  const ticker = await ticking(world);
  const found = async () =>
    [...await ticker.evaluate()].map(([{ key, set }, ranges]) =>
      `${key} ${ranges.map(({ from, to }) => `${set.key(from)}..${set.key(to)}`)}`
    );
  assertEquals(await found(), BOTH);
  world.clock.suspend(-48 * HOUR);
  assertEquals(await found(), []);
  world.clock.suspend(24 * HOUR);
  const first = ["t/days 2024-01-30..2024-01-30", "t/copies 2024-01-30..2024-01-30"];
  assertEquals(await found(), [...first, "t/apart null..null"]);
});

Deno.test("a run that was worked off by a clock that was behind, before its partitions existed, is asked for anew", async () => {
  const world = await opened();
  const ticker = await ticking(world);
  assertEquals(asked(await ticker.tick()), [BOTH]);
  world.clock.suspend(-72 * HOUR);
  assertEquals(await work(world), ["nothing_to_do"]);
  assertEquals(asked(await ticker.tick()), []);
  world.clock.suspend(72 * HOUR);
  assertEquals(asked(await ticker.tick()), [BOTH, ["t/apart null..null"]]);
  assertEquals(asked(await ticker.tick()), []);
  assertEquals(asked(await (await ticking(world)).tick()), [], "nor by another");
  assertEquals(await work(world), ["succeeded", "succeeded"]);
  assertEquals(asked(await ticker.tick()), []);
});

Deno.test("what a run left undone that lost the state, with no event of it, is asked for anew after an hour", async () => {
  let faults = 1;
  const world = await opened({
    state: (state) =>
      new Proxy(state, {
        get(target, name) {
          if (name === "claim" && faults-- > 0) return () => Promise.reject(new Error("no answer"));
          const found = Reflect.get(target, name);
          return typeof found === "function" ? found.bind(target) : found;
        },
      }),
  });
  const ticker = await ticking(world);
  assertEquals(asked(await ticker.tick()), [BOTH]);
  await assertRejects(() => work(world), Error, "no answer");
  assertEquals(asked(await ticker.tick()), []);
  world.clock.suspend(HOUR - 1_000);
  assertEquals(asked(await ticker.tick()), []);
  assertEquals(ticker.wakes <= world.clock.now() + 1_000, true);
  world.clock.suspend(1_000);
  assertEquals(asked(await ticker.tick()), [BOTH]);
  assertEquals(asked(await (await ticking(world)).tick()), [], "nor by another");
  assertEquals(await work(world), ["succeeded"]);
  assertEquals(asked(await ticker.tick()), []);
});

Deno.test("what waits in the queue since before, whoever queued it, is not asked for once more", async () => {
  const world = await opened();
  await (await ticking(world)).tick();
  await report(world, "2024-01-31", "late");
  assertEquals(asked(await (await ticking(world)).tick()), []);
  assertEquals(await work(world), ["succeeded"]);
  assertEquals(asked(await (await ticking(world)).tick()), []);
});

Deno.test("a backfill that waits, or is paused, keeps nothing from being asked for", async () => {
  const world = await opened();
  const ranges = [{ asset: "t/days", from: "2024-01-30", to: "2024-01-31" }];
  await world.state.enqueue({ command: "materialize", ranges, priority: -1 }, 0);
  const urgent = await ticking(world);
  assertEquals(asked(await urgent.tick()), [[
    "t/days 2024-01-30..2024-01-31",
    "t/copies 2024-01-30..2024-01-31",
  ]]);
});

Deno.test("what conditions remember is kept again and again, whatever else the state keeps meanwhile", async () => {
  const world = await opened();
  const ticker = await ticking(world);
  await ticker.tick();
  await work(world);
  for (let day = 0; day < 3; day++) {
    await world.state.keyValue.put(`other/${day}`, day, 0);
    world.clock.suspend(24 * HOUR);
    await ticker.tick();
    const { value } = (await world.state.keyValue.get("automation/memories t"))!;
    const kept = value as { readonly [asset: string]: { readonly memory: { readonly at: number } } };
    assertEquals(kept["t/apart"]!.memory.at, world.clock.now());
  }
});

Deno.test("why a run was asked for is kept with it, even if its tick is killed, and why nothing was, once an asset", async () => {
  const killed = await opened({ state: (state) => mortal(state, (key) => key === "automation/memories t") });
  await assertRejects(async () => await (await ticking(killed)).tick(), Error, "killed");
  const { state, store } = killed;
  const [days] = await state.evaluations("t/days", 9);
  assertEquals([days!.run, days!.requested], [1, [{ from: "2024-01-30", to: "2024-01-31", count: 2 }]]);
  assertMatch(JSON.stringify(days!.why), /"missing","value":true/);
  assertEquals(await state.ticks("automation", { limit: 9 }), []);
  const again = await opened({ store, worker: "b", clock: killed.clock });
  const ticker = await ticking(again);
  assertEquals(asked(await ticker.tick()), []);
  assertEquals(await work(again), ["succeeded"]);
  await ticker.tick();
  await ticker.tick();
  const told = async (asset: string) => (await state.evaluations(asset, 9)).map(({ run }) => run);
  assertEquals([await told("t/days"), await told("t/apart")], [[null, 1], [null]]);
  const ticks = await state.ticks("automation", { limit: 9 });
  assertEquals(ticks.map(({ outcome, runs }) => [outcome, runs]), [["skipped", []]]);
});

Deno.test("a tick that asked is kept with its runs, one that fails with its error", async () => {
  const world = await opened();
  await (await ticking(world)).tick();
  const [tick] = await world.state.ticks("automation", { limit: 1 });
  assertEquals([tick!.outcome, tick!.runs, tick!.detail], ["requested", [1], "3 assets looked at"]);
  const odd = asset({ key: "t/odd", automation: onCron("at nine"), ...make });
  const failing = await lab([odd]);
  await assertRejects(async () => await (await ticking(failing)).tick(), RangeError);
  const [failed] = await failing.state.ticks("automation", { limit: 1 });
  assertMatch(`${failed!.outcome} ${failed!.detail}`, /^failed reading a cron expression: found "at nine"/);
});

Deno.test("while automation is paused it asks for nothing, and then for what changed meanwhile", async () => {
  const world = await opened();
  const ticker = await ticking(world);
  const pause = (paused: boolean) =>
    setPaused(world.state.keyValue, "automation", { paused, at: world.clock.now() });
  await pause(true);
  assertEquals([asked(await ticker.tick()), ticker.wakes], [[], Infinity]);
  await pause(false);
  assertEquals(asked(await ticker.tick()), [BOTH]);
  await work(world);
  await ticker.tick();
  await pause(true);
  await report(world, "2024-01-31", "late");
  assertEquals(asked(await ticker.tick()), []);
  await pause(false);
  assertEquals(asked(await ticker.tick()).length, 1);
});

Deno.test("what asks a service that is down is not asked for, nor what reads it; all of it is once it answers", async () => {
  const drawn = asset({
    key: "t/drawn",
    pool: "well",
    partitions: hourly({ start: "2024-01-30" }),
    automation: eager({ lookBack: 3 }),
    ...make,
  });
  const sums = asset({ key: "t/sums", deps: { drawn: from(drawn, latest) }, automation: eager(), ...make });
  const world = await lab([drawn, sums, apart]);
  const ticker = await ticking(world);
  const { keyValue } = world.state;
  const note = (message: string | null) => noteOutage(keyValue, "well", { message, at: world.clock.now() });
  await note("found it dry");
  assertEquals(asked(await ticker.tick()), []);
  const { decision, reasons } = await world.orchestrator.automation("t/drawn");
  assertEquals([decision, reasons], ["wait", ["well is down since 2024-02-01T12:00:00Z: found it dry"]]);
  const [kept] = await world.state.evaluations("t/drawn", 1);
  assertEquals(kept!.reasons, reasons);
  await note(null);
  const all = [["t/drawn 2024-02-01T09..2024-02-01T11", "t/sums null..null"]];
  assertEquals(asked(await ticker.tick()), all);
  await work(world);
  await note("found it dry");
  world.clock.suspend(HOUR);
  await note("found it dry");
  assertEquals(asked(await ticker.tick()), []);
  world.clock.suspend(HOUR);
  assertEquals(asked(await ticker.tick()).length, 1, "whoever said so is silent for an hour");
});
