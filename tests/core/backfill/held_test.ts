import { assertEquals } from "@std/assert";
import { definer, from } from "../../../core/asset.ts";
import { eager } from "../../../core/automation/presets.ts";
import type { Tick, Ticking } from "../../../core/automation/ticker.ts";
import { all, hoursOfDay } from "../../../core/mapping.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import { type Lab, lab } from "../lab.ts";

const { asset } = definer<null>();
const never = new AbortController().signal;
const make = {
  automation: eager(),
  async *materialize({ partitions }: { partitions: Iterable<{ ordinal: number }> }) {
    yield await Promise.resolve(
      [...partitions].map(({ ordinal: partition }) => ({ partition, dataVersion: "1" })),
    );
  },
};
const hours = asset({
  key: "t/hours",
  partitions: hourly({ start: "2024-01-01" }),
  batch: { most: 1_000, backfill: 240 },
  ...make,
  automation: eager({ lookBack: 6 }),
});
const days = asset({
  key: "t/days",
  partitions: daily({ start: "2024-01-01" }),
  deps: { hours: from(hours, hoursOfDay) },
  ...make,
});
const list = asset({ key: "t/list", deps: { days: from(days, all, { mode: "present" }) }, ...make });

interface Beside {
  readonly world: Lab;
  /** Ticks conditions. @returns What they ask for. */
  ask(): Promise<string[]>;
  /** Ticks the backfill, and works off one run, or all that are queued. */
  work(most?: number): Promise<void>;
  why(day: string): Promise<string>;
}

/** January's days beside a backfill of them; it is noon on 1 February, and today's hours so far are made. */
async function beside(): Promise<Beside> {
  const world = await lab([hours, days, list]);
  const { orchestrator } = world;
  const ticker = await orchestrator.ticker();
  const backfills: Ticking = await orchestrator.backfillTicker();
  const told = ({ runs }: Tick) =>
    runs.flatMap(({ request }) => request.ranges.map(({ asset, from, to }) => `${asset} ${from}..${to}`));
  const work = async (most = Infinity) => {
    await backfills.tick(never);
    for await (const _ of orchestrator.work()) if (--most <= 0) return;
  };
  await ticker.tick();
  await work();
  const selection = {
    assets: new Set(["t/hours", "t/days"]),
    words: ["+t/days"],
    from: "2024-01-01",
    to: "2024-01-31",
    lookbackDays: 7,
    leastSeconds: () => 0,
  };
  await (await orchestrator.planBackfill(selection, never)).begin();
  return {
    world,
    work,
    ask: async () => told(await ticker.tick()),
    why: async (day) => (await orchestrator.automation("t/days", day)).reasons.join(", "),
  };
}

Deno.test("days that a backfill will make are left to it, but for the newest, and asked for by nobody twice", async () => {
  const { world, ask, work, why } = await beside();
  assertEquals(await why("2024-01-10"), "in backfill 1");
  await work(1);
  // The hours of 22 to 31 January stand, and their days with them: nothing of the rest is asked for.
  assertEquals(await ask(), ["t/list null..null"]);
  assertEquals(await why("2024-01-10"), "in backfill 1");
  // Hours that come from elsewhere make an old day ready; it waits for its batch.
  await world.materialize({ assets: new Set(["t/hours"]), all: false, from: "2024-01-10", to: "2024-01-10" });
  assertEquals(await ask(), []);
  // One of the newest does not: its hours are made anew with other content.
  await world.orchestrator.wipe({
    assets: new Set(["t/days"]),
    partitions: ["2024-01-30"],
    lookbackDays: 7,
  });
  assertEquals(await ask(), ["t/days 2024-01-30..2024-01-30"]);
  for (let times = 0; times < 9; times++) {
    await work();
    await ask();
  }
  const runs = await world.state.runs(99);
  const over = runs.filter(({ request }) => request.tags?.by === "automation").flatMap(({ request }) =>
    request.ranges.filter(({ asset }) => asset === "t/days").map(({ from, to }) => `${from}..${to}`)
  );
  assertEquals(over, ["2024-01-30..2024-01-30"]);
  assertEquals((await world.orchestrator.backfills())[0]!.status, "succeeded");
});

Deno.test("what a paused or cancelled backfill was to make is asked for", async () => {
  for (const turn of ["paused", "cancelled"] as const) {
    const { world, ask, why } = await beside();
    await world.materialize({
      assets: new Set(["t/hours"]),
      all: false,
      from: "2024-01-10",
      to: "2024-01-10",
    });
    assertEquals(await ask(), []);
    await world.state.backfills.turn(1, turn, 0);
    assertEquals(await ask(), ["t/days 2024-01-10..2024-01-10"]);
    if (turn === "cancelled") continue;
    await world.state.backfills.turn(1, "running", 0);
    assertEquals(await why("2024-01-11"), "in backfill 1");
  }
});

Deno.test("a batch that is at work goes on though its backfill is paused, and keeps what it is to make", async () => {
  const { world, ask, why } = await beside();
  const { orchestrator, state } = world;
  await (await orchestrator.backfillTicker()).tick(never);
  await state.take(world.clock.now());
  await state.backfills.turn(1, "paused", 0);
  await world.materialize({
    assets: new Set(["t/hours"]),
    all: false,
    from: "2024-01-10",
    to: "2024-01-23",
  });
  // The batch at work begins on 22 January.
  assertEquals(await why("2024-01-22"), "in backfill 1");
  assertEquals(await ask(), ["t/days 2024-01-10..2024-01-21"]);
});
