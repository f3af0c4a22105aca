import { assert, assertEquals } from "@std/assert";
import { HOUR, type Instant } from "../../../../core/mod.ts";
import { generated } from "../../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../../sources/openaq/simulator/simulated.ts";
import { troubles } from "../../../../sources/openaq/simulator/troubles.ts";

const SINCE = Date.UTC(2024, 1, 1);

/** Asks stations that have troubles since `SINCE` for a sensor's rows of the day. */
function stations() {
  let now = SINCE;
  const wrong = troubles(SINCE);
  const dataset = generated({ from: wrong.from });
  const answer = simulatedOpenAQ({ dataset, clock: { now: () => now }, troubles: wrong });
  return async (at: Instant, sensor: number) => {
    now = at;
    const query = "datetime_from=2024-02-01T00:00:00Z&datetime_to=2024-02-02T00:00:00Z&limit=1000";
    const url = `http://simulated.invalid/v3/sensors/${sensor}/measurements?${query}`;
    const response = await answer(new Request(url));
    const text = await response.text();
    return {
      status: response.status,
      ends: response.ok
        ? (JSON.parse(text).results as { period: { datetimeTo: { utc: string } } }[])
          .map(({ period }) => Date.parse(period.datetimeTo.utc))
        : [],
    };
  };
}

Deno.test("within their first day simulated stations have a bad sensor and an outage, and are well again", async () => {
  const ask = stations();
  const statuses = async (hour: number) => [
    (await ask(SINCE + hour * HOUR, 50_000_008)).status,
    (await ask(SINCE + hour * HOUR, 50_000_001)).status,
  ];
  assertEquals(await statuses(1), [200, 200]);
  assertEquals(await statuses(3), [500, 200]);
  assertEquals(await statuses(9), [503, 503]);
  assertEquals(await statuses(11), [500, 200]);
  assertEquals(await statuses(21), [200, 200]);
});

Deno.test("rows of some sensors come hours late, and then are there", async () => {
  const ask = stations();
  const late = SINCE + 14 * HOUR;
  const sensors = Array.from({ length: 30 }, (_, i) => 50_000_001 + i);
  const having = async (hour: number) => {
    const found = await Promise.all(
      sensors.map(async (id) => (await ask(SINCE + hour * HOUR, id)).ends.includes(late) ? [id] : []),
    );
    return found.flat();
  };
  const [before, after] = [await having(16), await having(18)];
  assert(before.every((id) => id % 3 !== 0), String(before));
  assertEquals(before, after.filter((id) => id % 3 !== 0));
  assert(after.length > before.length + 5, `found ${after.length} after ${before.length}`);
});
