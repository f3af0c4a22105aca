import { assertEquals } from "@std/assert";
import { compareAnswers } from "../../../assets/vietnam/raw/records_compared.ts";
import { HOUR } from "../../../core/mod.ts";
import { localLake } from "../../adapters/object_store/local/lake.ts";
import { ASSETS, claimed, HOURS, materialized } from "../../adapters/state/build.ts";
import { sqliteHarness } from "../../adapters/state/harness.ts";

const NOW = Date.parse("2026-01-02T03:04:05.678Z");
const FIRST = Math.floor(NOW / HOUR) - 9;

Deno.test("hours on no record are missed as soon as whoever holds them is no more", async () => {
  await using lake = await localLake();
  await using harness = await sqliteHarness();
  const [holder, other] = [await harness.worker("holder"), await harness.worker("other")];
  await holder.register(ASSETS, 0);
  const claim = await claimed(holder, { from: FIRST, to: FIRST + 3 });
  const events = [FIRST, FIRST + 1].map((hour) => materialized(hour, { at: NOW }));
  await holder.commit({ claim, events });
  const lost = async () => {
    const options = { state: other, store: lake.store, asset: HOURS, known: [], now: NOW };
    return (await compareAnswers({ ...options, zone: "aq_raw_test" })).lost;
  };
  assertEquals(await lost(), []);
  harness.kill("holder");
  assertEquals(await lost(), [{ from: FIRST, to: FIRST + 1 }]);
});
