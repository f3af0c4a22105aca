import { assert, assertEquals, assertGreater, assertLess, assertNotEquals } from "@std/assert";
import { HOUR, type Instant, iso, MINUTE } from "../../../../core/mod.ts";
import { generated } from "../../../../sources/openaq/simulator/generated.ts";
import { replayed } from "../../../../sources/openaq/simulator/replayed.ts";
import { simulatedOpenAQ, type SimulatorOptions } from "../../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../../fake_clock.ts";
import { realData } from "../real_data.ts";
import { NOW } from "../served.ts";

const HOURLY = 50_000_001;
const TEN_MINUTES = 50_000_006;

/** Asks a simulator, and gives status, body and headers. */
function asking(options: Partial<SimulatorOptions> = {}) {
  const clock = fakeClock(NOW);
  const handler = simulatedOpenAQ({ dataset: generated(), clock, ...options });
  const send = async (path: string, init?: RequestInit) => {
    const response = await handler(new Request(`http://openaq.test${path}`, init));
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    clock,
    get: (path: string) => send(path),
    post: (path: string, body: unknown) => send(path, { method: "POST", body: JSON.stringify(body) }),
    measurements: async (sensor: number, query: Record<string, string | number>) => {
      const answer = await send(`/v3/sensors/${sensor}/measurements?${new URLSearchParams(query as never)}`);
      const rows: { value: number; period: { datetimeTo: { utc: string; local: string } } }[] =
        answer.body.results;
      return { ...answer, rows, ends: rows?.map(({ period }) => Date.parse(period.datetimeTo.utc)) };
    },
  };
}

function window(from: Instant, to: Instant) {
  return { datetime_from: iso(from), datetime_to: iso(to) };
}

Deno.test("a window is half-open at its beginning, and its rows ascend", async () => {
  const { measurements } = asking();
  const midnight = Date.UTC(2026, 0, 14);
  const { ends, body } = await measurements(TEN_MINUTES, {
    ...window(midnight, midnight + HOUR),
    limit: 1_000,
  });
  assertEquals([ends[0], ends.at(-1)], [midnight + 10 * MINUTE, midnight + HOUR]);
  assertEquals(ends, ends.toSorted((a, b) => a - b));
  assertEquals(body.meta, { name: "openaq-api", website: "/", page: 1, limit: 1_000, found: ends.length });
});

Deno.test("pages follow one another without overlap; a full one does not know how many there are", async () => {
  const { measurements } = asking();
  const whole = await measurements(HOURLY, { ...window(NOW - 250 * HOUR, NOW), limit: 1_000 });
  const paged: number[] = [];
  for (let page = 1;; page++) {
    const { ends, body } = await measurements(HOURLY, { ...window(NOW - 250 * HOUR, NOW), page });
    paged.push(...ends);
    assertEquals(body.meta.found, ends.length === 100 ? ">100" : ends.length);
    if (ends.length < 100) break;
  }
  assertEquals(paged, whole.ends);
});

Deno.test("what is not understood answers 422", async () => {
  const { measurements, get } = asking();
  const faults = [{ limit: 1_001 }, { limit: 0 }, { page: "x" }, { datetime_from: "yesterday" }];
  for (const query of faults) {
    const { status, body } = await measurements(HOURLY, query);
    assertEquals([status, body.detail[0].loc], [422, ["query", Object.keys(query)[0]]]);
  }
  assertEquals((await measurements(HOURLY, window(NOW, NOW))).status, 422);
  assertEquals((await get("/v3/countries?unknown=1")).status, 200);
});

Deno.test("a time without a zone is the station's", async () => {
  const { measurements } = asking();
  const { rows } = await measurements(TEN_MINUTES, {
    datetime_from: "2026-01-14",
    datetime_to: "2026-01-14T01:00:00",
  });
  assertEquals(rows.at(-1)?.period.datetimeTo, {
    utc: "2026-01-13T18:00:00Z",
    local: "2026-01-14T01:00:00+07:00",
  });
});

Deno.test("what is not there answers 404, but an unknown sensor has no measurements", async () => {
  const { get } = asking();
  for (
    const path of [
      "/v3/locations/1",
      "/v3/locations/1/sensors",
      "/v3/locations/1/latest",
      "/v3/sensors/1",
      "/v2/x",
    ]
  ) {
    assertEquals((await get(path)).status, 404);
  }
  const { status, body } = await get("/v3/sensors/1/measurements");
  assertEquals([status, body.results], [200, []]);
});

Deno.test("single things and the latest values are answered", async () => {
  const { get } = asking();
  assertEquals((await get("/v3/locations/5000001")).body.results[0].sensors[0].id, HOURLY);
  assertEquals(
    (await get(`/v3/sensors/${HOURLY}`)).body.results[0].latest.datetime.utc.slice(0, 10),
    "2026-01-15",
  );
  const { body } = await get("/v3/parameters/2/latest");
  assertEquals(body.meta.found, 11); // one station never opened
  assertEquals(body.results[0].locationsId, 5_000_001);
});

Deno.test("too many requests answer 429 until the reset", async () => {
  const { get, clock } = asking({ limits: { perMinute: 3, perHour: 5 } });
  const ask = async () => {
    const { status, headers } = await get("/v3/countries");
    return [
      status,
      ...["limit", "used", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}`)),
    ];
  };
  assertEquals(await ask(), [200, "3", "1", "2", "60"]);
  await clock.advance(10 * 1_000);
  await ask();
  assertEquals(await ask(), [200, "3", "3", "0", "50"]);
  assertEquals(await ask(), [429, "3", "3", "0", "50"]);
  await clock.advance(50 * 1_000);
  assertEquals(await ask(), [200, "5", "4", "1", "3540"]);
  await ask();
  assertEquals((await ask())[0], 429);
});

Deno.test("a window with too many rows answers 408", async () => {
  const { measurements } = asking({ mostRows: 100 });
  assertEquals((await measurements(HOURLY, window(NOW - 200 * HOUR, NOW))).status, 408);
  assertEquals((await measurements(HOURLY, window(NOW - 90 * HOUR, NOW))).status, 200);
});

Deno.test("a row is there once its hour has ended, a few a little later, and does not change", async () => {
  const { measurements, clock } = asking();
  const query = { ...window(NOW - 48 * HOUR, NOW + 48 * HOUR), limit: 1_000 };
  const texts = async () => (await measurements(TEN_MINUTES, query)).rows.map((row) => JSON.stringify(row));
  const before = await texts();
  const after = [before];
  for (let i = 0; i < 6; i++) {
    await clock.advance(10 * MINUTE);
    after.push(await texts());
  }
  for (const [i, rows] of after.entries()) {
    assert((after[i - 1] ?? []).every((row) => rows.includes(row)));
    for (const row of rows) {
      assert(Date.parse(JSON.parse(row).period.datetimeTo.utc) <= NOW + i * 10 * MINUTE);
    }
  }
  assertGreater(after.at(-1)!.length, before.length);
});

Deno.test("the same seed gives the same rows, another seed others", async () => {
  const rows = async (seed: number) => {
    const { measurements } = asking({ dataset: generated({ seed }) });
    return (await measurements(HOURLY, window(NOW - 100 * HOUR, NOW))).rows.map(({ value }) => value);
  };
  assertEquals(await rows(1), await rows(1));
  assertNotEquals(await rows(1), await rows(2));
});

Deno.test("values are plausible: a daily and a yearly cycle, faults by the per mille, units mixed", async () => {
  const { measurements } = asking();
  const year = (await Promise.all(
    Array.from(
      { length: 12 },
      (_, month) =>
        measurements(HOURLY, {
          ...window(Date.UTC(2025, month, 1), Date.UTC(2025, month + 1, 1)),
          limit: 1_000,
        }),
    ),
  )).flatMap(({ rows }) => rows);
  const usual = year.filter(({ value }) => value !== null && value > 0 && value < 1_000);
  const mean = (rows: typeof usual) => rows.reduce((sum, { value }) => sum + value, 0) / rows.length;
  const monthOf = (row: (typeof usual)[0]) => Number(row.period.datetimeTo.utc.slice(5, 7));
  const hourOf = (row: (typeof usual)[0]) => Number(row.period.datetimeTo.local.slice(11, 13));
  assertGreater(
    mean(usual.filter((row) => monthOf(row) === 1)),
    1.5 * mean(usual.filter((row) => monthOf(row) === 7)),
  );
  assertGreater(
    mean(usual.filter((row) => hourOf(row) === 9)),
    1.3 * mean(usual.filter((row) => hourOf(row) === 21)),
  );
  assertLess(year.length, 8_760);
  for (const odd of [null, -999]) assert(year.some(({ value }) => value === odd));
  assert(year.some(({ value }) => value !== null && value > 1_000));
  assert(year.some(({ value }) => value < 0 && value > -999));
  assertLess(year.length - usual.length, 0.01 * year.length);
  const { body } = await asking().get("/v3/parameters?limit=1000");
  const units = new Set(body.results.map(({ units }: { units: string }) => units));
  assert(["µg/m³", "ppb", "ppm"].every((unit) => units.has(unit)));
});

Deno.test("a row can be changed, and a sensor made to fail, by a request", async () => {
  const { measurements, post } = asking();
  const start = NOW - 20 * MINUTE - 24 * HOUR;
  const value = async () => (await measurements(HOURLY, window(start, start + HOUR))).rows[0]?.value;
  const change = { sensor: HOURLY, datetime: iso(start), value: 12.5 };
  assertEquals((await post("/_simulator/measurements", change)).status, 200);
  assertEquals(await value(), 12.5);
  assertEquals((await post("/_simulator/measurements", { ...change, sensor: 1 })).status, 404);
  assertEquals((await post("/_simulator/measurements", { ...change, datetime: "noon" })).status, 422);
  await post("/_simulator/fail", { sensor: HOURLY, status: 500 });
  assertEquals((await measurements(HOURLY, {})).status, 500);
  await post("/_simulator/fail", { sensor: HOURLY, status: null });
  assertEquals((await measurements(HOURLY, {})).status, 200);
});

const real = realData();

Deno.test({
  name: "real answers are replayed as they are, without a simulator's name",
  ignore: real === undefined,
  async fn() {
    const { get, measurements, post } = asking({ dataset: await replayed(real!) });
    const { headers, body } = await get("/v3/locations?countries_id=56&limit=1000");
    assertEquals([headers.get("x-airgraph-source"), body.results.length], [null, 53]);
    assertEquals(
      body.results[0],
      JSON.parse(new TextDecoder().decode(await real!("locations.json"))).results[0],
    );
    const whole = await measurements(7_772_024, { limit: 1_000 });
    assertEquals([whole.rows.length, whole.rows[0]?.value], [100, 909]);
    const some = await measurements(7_772_024, { datetime_from: "2024-01-29T16:00:00Z", limit: 2, page: 2 });
    assertEquals(some.rows, whole.rows.slice(3, 5));
    assertEquals((await measurements(37, {})).rows, []);
    const change = { sensor: 7_772_024, datetime: "2024-01-29T15:00:00Z", value: 910 };
    assertEquals((await post("/_simulator/measurements", change)).status, 200);
    assertEquals((await measurements(7_772_024, {})).rows[0], { ...whole.rows[0], value: 910 });
  },
});
