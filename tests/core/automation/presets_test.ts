import { assertEquals } from "@std/assert";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { definer, from } from "../../../core/asset.ts";
import type { Condition } from "../../../core/automation/condition.ts";
import { evaluate } from "../../../core/automation/evaluate.ts";
import { eager, onCron, onMissing } from "../../../core/automation/presets.ts";
import type { Memory } from "../../../core/automation/view.ts";
import { HOUR, MINUTE } from "../../../core/instant.ts";
import { hoursOfDay } from "../../../core/mapping.ts";
import { rangeText } from "../../../core/partition/range_text.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import { type Lab, lab } from "../lab.ts";

const { asset } = definer<unknown>();

/** Hours of a source, and days of them, from the first of January to noon of the first of February. */
async function worldOf(automation: { readonly hours: Condition; readonly days: Condition }) {
  const said: Record<string, string> = {};
  const faults = new Set<string>();
  const make = {
    batch: { most: 1000 },
    async *materialize({ partitions }: { partitions: Iterable<{ ordinal: number; key: string | null }> }) {
      await null;
      yield [...partitions].map(({ ordinal: partition, key }) =>
        faults.has(key!) ? { partition, error: "no" } : { partition, dataVersion: said[key!] ?? "1" }
      );
    },
  };
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start: "2024-01-01" }),
    due: (window, askedAt) => askedAt < window!.end + 3 * HOUR ? askedAt + HOUR : Infinity,
    automation: automation.hours,
    ...make,
  });
  const days = asset({
    key: "t/days",
    partitions: daily({ start: "2024-01-01", open: true }),
    deps: { hours: from(hours, hoursOfDay) },
    automation: automation.days,
    ...make,
  });
  const world = await lab([hours, days]);
  return { world, said, faults, asked: (asset: string) => asked(world, asset) };
}

/** The partitions that would be asked for. */
async function asked({ orchestrator }: Lab, asset: string): Promise<string[]> {
  const { requested } = await orchestrator.automation(asset);
  return requested.map(({ from, to }) => rangeText(from, to));
}

Deno.test("eager asks for what is missing in the latest windows, and for what is stale at any age", async () => {
  const { world, said, asked } = await worldOf({ hours: eager({ lookBack: 24 }), days: eager() });
  assertEquals(await asked("t/hours"), ["2024-01-31T12 … 2024-02-01T11"]);
  // Of the day before no hour of the morning is there, or asked for.
  assertEquals(await asked("t/days"), ["2024-02-01"]);

  await world.materialize({ from: "2024-01-05", to: "2024-01-06", all: false });
  assertEquals(await asked("t/days"), ["2024-02-01"]);
  said["2024-01-05T03"] = "late";
  const late = { assets: new Set(["t/hours"]), partitions: ["2024-01-05T03"], all: false, force: true };
  await world.materialize(late);
  assertEquals(await asked("t/days"), ["2024-01-05", "2024-02-01"]);
});

Deno.test("eager asks for what is due at any age, and not for what merely reads it", async () => {
  const { world, asked } = await worldOf({ hours: eager({ lookBack: 1 }), days: eager() });
  await world.materialize({ from: "2024-02-01", to: "2024-02-01", all: false });
  assertEquals(await asked("t/hours"), []);
  world.clock.suspend(HOUR);
  assertEquals(await asked("t/hours"), ["2024-02-01T09 … 2024-02-01T12"]);
  assertEquals(await asked("t/days"), ["2024-02-01"]);
});

Deno.test("eager asks for what failed again after an hour, or as long as is said", async () => {
  const { world, faults, asked } = await worldOf({
    hours: eager({ lookBack: 3 }),
    days: eager({ retryAfter: { minutes: 10 } }),
  });
  faults.add("2024-02-01T10");
  await world.materialize({ from: "2024-02-01", to: "2024-02-01", all: false });
  assertEquals(await asked("t/hours"), []);
  assertEquals(await asked("t/days"), []);
  world.clock.suspend(59 * MINUTE);
  assertEquals(await asked("t/hours"), []);
  world.clock.suspend(MINUTE);
  assertEquals(await asked("t/hours"), ["2024-02-01T09 … 2024-02-01T12"], "stale ones, and what failed");
});

Deno.test("on missing lets be what stands", async () => {
  const { world, asked } = await worldOf({ hours: onMissing({ lookBack: 3 }), days: onMissing() });
  await world.materialize({ from: "2024-02-01", to: "2024-02-01", all: false });
  world.clock.suspend(HOUR);
  assertEquals(await asked("t/hours"), ["2024-02-01T12"]);
  assertEquals(await asked("t/days"), []);
});

Deno.test("on cron asks at its times for what is not fresh then, until it is made, and for nothing that comes later", async () => {
  const condition = onCron("0 20 * * *", { timeZone: "Asia/Ho_Chi_Minh", lookBack: 2 });
  const { world: { orchestrator, clock, materialize } } = await worldOf({ hours: condition, days: eager() });
  const node = orchestrator.index.node("t/hours");
  let memory: Memory | undefined;
  const tick = async (minutes: number) => {
    clock.suspend(minutes * MINUTE);
    await orchestrator.refresh();
    const view = {
      index: orchestrator.index,
      running: new Map(),
      requested: new Map(),
      cron: new CronerCron(),
    };
    const evaluation = evaluate(view, node, condition, { memory });
    memory = evaluation.memory;
    return evaluation.met.map(({ from, to }) => rangeText(node.set.key(from), node.set.key(to)));
  };
  assertEquals(await tick(0), []);
  assertEquals(await tick(59), []);
  assertEquals(await tick(1), ["2024-02-01T11 … 2024-02-01T12"]);
  assertEquals(await tick(1), ["2024-02-01T11 … 2024-02-01T12"], "it is still to be made");
  await materialize({ partitions: ["2024-02-01T11", "2024-02-01T12"], all: false });
  assertEquals(await tick(1), []);
  assertEquals(await tick(10 * 60), [], "due and missing ones wait for the next time");
  assertEquals(await tick(14 * 60 - 2), ["2024-02-01T11 … 2024-02-01T12", "2024-02-02T11 … 2024-02-02T12"]);
});
