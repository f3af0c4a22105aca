import { assertEquals } from "@std/assert";
import { definer } from "../../../core/asset.ts";
import { HOUR } from "../../../core/instant.ts";
import type { OrdinalRange } from "../../../core/partition/ranges.ts";
import { hourly } from "../../../core/partition/time_set.ts";
import { fakeClock } from "../../fake_clock.ts";
import { lab, NOON } from "../lab.ts";

const { asset } = definer<null>();

Deno.test("a step knows which partitions are made again for a due mark alone", async () => {
  const marked: (readonly OrdinalRange[])[] = [];
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start: "2024-02-01" }),
    batch: { most: 99, scattered: true },
    due: (window, askedAt) => askedAt < window!.end + HOUR ? window!.end + HOUR : Infinity,
    async *materialize(context) {
      marked.push(context.marked);
      yield [...context.partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
    },
  });
  const clock = fakeClock(NOON, { auto: true });
  const { materialize, orchestrator, state } = await lab([hours], { clock });
  const { set } = orchestrator.index.node("t/hours");
  await materialize();
  const [midnight, eleven] = ["2024-02-01T00", "2024-02-01T11"].map((key) => set.ordinal(key)!);
  const mark = { kind: "due" as const, asset: "t/hours", at: NOON, run: null, detail: "more" };
  const event = { ...mark, from: midnight! + 1, to: eleven! };
  await state.commit({ claim: null, events: [event] });
  await orchestrator.wipe({
    assets: new Set(["t/hours"]),
    partitions: ["2024-02-01T05"],
    lookbackDays: 7,
    exact: true,
  });
  clock.suspend(HOUR); // the youngest hour is due by itself
  await materialize({ force: false });
  const missing = midnight! + 5;
  assertEquals(marked, [[], [{ from: midnight! + 1, to: missing - 1 }, {
    from: missing + 1,
    to: eleven! - 1,
  }]]);
  await state.commit({ claim: null, events: [event] });
  await materialize({ force: true });
  assertEquals(marked.slice(2), [[]]);
});
