import { assertEquals } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer, from } from "../../../core/asset.ts";
import { HOUR } from "../../../core/instant.ts";
import { latest } from "../../../core/mapping.ts";
import { hourly } from "../../../core/partition/time_set.ts";
import { fakeClock } from "../../fake_clock.ts";
import { contents, lab, NOON } from "../lab.ts";

const { asset } = definer<null>();

Deno.test("hours that a clock ahead made before they exist here are judged once they do", async () => {
  const found = { "-": "1" };
  const source = asset({ key: "t/source", ...contents(found) });
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start: "2024-02-01" }),
    deps: { source: from(source, latest) },
    batch: { most: 100 },
    ...contents({}),
  });
  const store = memoryStore();
  const clock = fakeClock(NOON);
  const ahead = await lab([source, hours], { store, clock: fakeClock(NOON + 5 * HOUR), worker: "ahead" });
  await ahead.materialize();
  const here = await lab([source, hours], { store, clock, worker: "here" });
  assertEquals(await here.plan(), []);

  found["-"] = "2";
  await ahead.materialize({ assets: new Set(["t/source"]), force: true });
  assertEquals(await here.plan(), ["t/hours 2024-02-01T00..2024-02-01T11 stale"]);
  await clock.advance(5 * HOUR);
  assertEquals(await here.plan(), ["t/hours 2024-02-01T00..2024-02-01T16 stale"]);
});
