import { assertEquals } from "@std/assert";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { definer, from } from "../../../core/asset.ts";
import { eager, onCron } from "../../../core/automation/presets.ts";
import { type Tick, Ticker } from "../../../core/automation/ticker.ts";
import { HOUR } from "../../../core/instant.ts";
import { hoursOfDay, identity } from "../../../core/mapping.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import { type Lab, lab, type LabOptions } from "../lab.ts";

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
    const { value } = (await world.state.keyValue.get("automation/memories"))!;
    const kept = value as { readonly [asset: string]: { readonly memory: { readonly at: number } } };
    assertEquals(kept["t/apart"]!.memory.at, world.clock.now());
  }
});
