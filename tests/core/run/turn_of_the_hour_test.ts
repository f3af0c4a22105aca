import { assertEquals } from "@std/assert";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { type AnyAsset, definer, from } from "../../../core/asset.ts";
import { eager } from "../../../core/automation/presets.ts";
import { Ticker } from "../../../core/automation/ticker.ts";
import { HOUR, SECOND } from "../../../core/instant.ts";
import { hoursOfDay, identity } from "../../../core/mapping.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import { contents, lab } from "../lab.ts";

const { asset } = definer<null>();

/** Hours, today's day of them while it lasts, and its copy. */
function graphOf(): AnyAsset[] {
  const set = daily({ start: "2024-02-01", timeZone: "UTC", open: true });
  const common = { batch: { most: 99 }, automation: eager(), ...contents({}) };
  const hours = asset({ key: "t/hours", partitions: hourly({ start: "2024-02-01" }), ...common });
  const days = asset({ key: "t/days", partitions: set, deps: { hours: from(hours, hoursOfDay) }, ...common });
  const copies = asset({ key: "t/copies", partitions: set, deps: { days: from(days, identity) }, ...common });
  return [hours, days, copies];
}

/** A world a second before one o'clock, where all is asked for, and nothing is made yet. */
async function opened() {
  const world = await lab(graphOf());
  const { orchestrator, clock, state } = world;
  clock.suspend(HOUR - SECOND);
  const ticker = await Ticker.open(orchestrator.session, new CronerCron());
  const tick = async () =>
    (await ticker.tick()).runs.map(({ request }) =>
      request.ranges.map(({ asset, from, to }) => `${asset} ${from}..${to}`)
    );
  const work = async () => {
    const done = [];
    for await (const { outcome } of orchestrator.work()) {
      done.push("counts" in outcome ? { status: outcome.status, ...outcome.counts } : outcome.status);
    }
    return done;
  };
  const failures = async () => (await state.since(0)).filter(({ kind }) => kind === "failed");
  return { ...world, tick, work, failures };
}

const none = { unchanged: 0, failed: 0, blocked: 0 };
const DAYS = ["t/days 2024-02-01..2024-02-01", "t/copies 2024-02-01..2024-02-01"];

Deno.test("an hour that ends between the question for a run and its beginning fails nothing: the next run makes it", async () => {
  const { clock, tick, work, failures } = await opened();
  assertEquals(await tick(), [["t/hours 2024-02-01T00..2024-02-01T11", ...DAYS]]);
  clock.suspend(2 * SECOND);
  assertEquals(await work(), [{ status: "succeeded", materialized: 12, ...none }]);
  assertEquals(await tick(), [["t/hours 2024-02-01T12..2024-02-01T12", ...DAYS]]);
  assertEquals(await work(), [{ status: "succeeded", materialized: 3, ...none }]);
  assertEquals([await tick(), await failures()], [[], []]);
});

Deno.test("what was missing when the run was asked for is missed as before", async () => {
  const { clock, tick, work, state } = await opened();
  await tick();
  await state.cancel(1, 0);
  const ranges = [
    { asset: "t/hours", from: "2024-02-01T01", to: "2024-02-01T10" },
    { asset: "t/days", from: "2024-02-01", to: "2024-02-01" },
  ];
  await state.enqueue({ command: "materialize", ranges, asOf: clock.now() }, 0);
  clock.suspend(HOUR);
  assertEquals(await work(), [{ status: "failed", materialized: 10, ...none, blocked: 1 }]);
});
