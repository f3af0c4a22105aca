import { assert, assertEquals } from "@std/assert";
import { TableExaminer } from "../../../assets/table/examiner.ts";
import { MART } from "../../../assets/vietnam/contract.ts";
import { audited, type RawRecord, TestLake } from "./lake.ts";

const DAY = "2024-01-15";

/** The rows of a day made of these records, and its counts. */
async function dayOf(records: readonly Partial<RawRecord>[]) {
  await using lake = await TestLake.open();
  await lake.putStations([{ id: 1, name: "Số 46", city: "Hanoi", latitude: 21.02, longitude: 105.8 }]);
  await lake.putRaw(records.map((record) => ({ datetime: `${DAY}T07:00:00Z`, ...record })));
  const made = await lake.make(lake.dev, DAY, DAY);
  const blocked = made.answers.filter(({ passed, check }) => !passed && !["nulls", "newest"].includes(check));
  assertEquals(blocked, []);
  const output = made.outputs.get(DAY)!;
  const [staged] = output.staged!;
  const rows = "temporary" in staged! ? await lake.rows(staged.temporary) : [];
  const counts = Object.fromEntries(
    Object.entries(output.metadata!).flatMap(([name, { value }]) =>
      typeof value === "number" && value !== 0 ? [[name, value]] : []
    ),
  );
  return { rows, counts, output };
}

/** The pollutants of the one row. */
async function valuesOf(records: readonly Partial<RawRecord>[]) {
  const { rows, counts } = await dayOf(records);
  const values = rows.map(({ pm25, pm10, no2, so2, o3, co }) =>
    Object.fromEntries(Object.entries({ pm25, pm10, no2, so2, o3, co }).filter(([, value]) => value !== null))
  );
  return { values, counts };
}

Deno.test("a day has its contract's columns and its station's name, city and place", async () => {
  const { rows } = await dayOf([{}]);
  assertEquals(rows, [{
    location_id: 1,
    location_name: "Số 46",
    city: "Hanoi",
    latitude: 21.02,
    longitude: 105.8,
    datetime: "2024-01-15T07:00:00Z",
    pm25: 12.5,
    pm10: null,
    no2: null,
    so2: null,
    o3: null,
    co: null,
  }]);
});

Deno.test("a location without a station keeps its rows", async () => {
  const { rows } = await dayOf([{ location_id: 2 }]);
  assertEquals(rows.map(({ location_id, location_name }) => [location_id, location_name]), [[2, null]]);
});

const SET_ASIDE: readonly (readonly [string, Partial<RawRecord>, string])[] = [
  ["a flagged record", { has_flags: true }, "flagged"],
  ["a flagged -999", { has_flags: true, value: -999 }, "flagged"],
  ["a null", { value: null }, "null_values"],
  ["a flagged null", { value: null, has_flags: true }, "flagged"],
  ["a negative value", { value: -0.1 }, "negative"],
  ["a value above its limit", { value: 1000.0001 }, "above_limit"],
  ["a converted value above its limit", { parameter: "no2", unit: "ppm", value: 0.266 }, "above_limit"],
  ["an unknown unit", { unit: "mg/m³" }, "unknown_unit"],
  ["a unit that a pollutant does not have", { unit: "ppb" }, "unknown_unit"],
  ["another parameter", { parameter: "temperature", unit: "c", value: -5 }, "other_parameter"],
];

for (const [what, record, reason] of SET_ASIDE) {
  Deno.test(`${what} is set aside and counted`, async () => {
    const { values, counts } = await valuesOf([record, { sensor_id: 11, parameter: "pm10", value: 30 }]);
    assertEquals(values, [{ pm10: 30 }]);
    assertEquals(counts, { records: 2, raw_records: 2, [reason]: 1 });
  });
}

const USABLE: readonly (readonly [string, Partial<RawRecord>, Record<string, number>])[] = [
  ["zero", { value: 0 }, { pm25: 0 }],
  ["a value at its limit", { value: 1000 }, { pm25: 1000 }],
  ["CO at its limit", { parameter: "co", value: 100_000 }, { co: 100_000 }],
  ["NO2 in ppm", { parameter: "no2", unit: "ppm", value: 0.0123 }, { no2: (0.0123 * 1000) * 1.882 }],
  ["NO2 in ppb", { parameter: "no2", unit: "ppb", value: 12.3 }, { no2: 12.3 * 1.882 }],
  ["SO2 in ppm", { parameter: "so2", unit: "ppm", value: 0.007 }, { so2: (0.007 * 1000) * 2.62 }],
  ["SO2 in ppb", { parameter: "so2", unit: "ppb", value: 7 }, { so2: 7 * 2.62 }],
  ["O3 in ppm", { parameter: "o3", unit: "ppm", value: 0.031 }, { o3: (0.031 * 1000) * 1.963 }],
  ["O3 in ppb", { parameter: "o3", unit: "ppb", value: 31 }, { o3: 31 * 1.963 }],
  ["CO in ppm", { parameter: "co", unit: "ppm", value: 0.7 }, { co: (0.7 * 1000) * 1.146 }],
  ["CO in ppb", { parameter: "co", unit: "ppb", value: 700 }, { co: 700 * 1.146 }],
];

for (const [what, record, expected] of USABLE) {
  Deno.test(`${what} counts, in µg/m³`, async () => {
    assertEquals((await valuesOf([record])).values, [expected]);
  });
}

Deno.test("the lowest sensor with a usable value gives it", async () => {
  const { values } = await valuesOf([
    { sensor_id: 9, value: -1 },
    { sensor_id: 30, value: 1 },
    { sensor_id: 20, value: 50 },
  ]);
  assertEquals(values, [{ pm25: 50 }]);
});

Deno.test("of several usable values of one sensor at one time the smallest counts", async () => {
  const { values } = await valuesOf([{ value: 9 }, { value: 7.5 }, { value: -3 }, {
    sensor_id: 11,
    value: 1,
  }]);
  assertEquals(values, [{ pm25: 7.5 }]);
});

Deno.test("pollutants of one location and time share a row, whichever their sensors", async () => {
  const { values } = await valuesOf([{}, { sensor_id: 11, parameter: "co", value: 900 }]);
  assertEquals(values, [{ pm25: 12.5, co: 900 }]);
});

Deno.test("a row without any value is dropped and counted", async () => {
  const { rows, counts } = await dayOf([
    { value: -999 },
    { datetime: `${DAY}T08:00:00Z`, value: 3 },
    { datetime: `${DAY}T09:00:00Z`, value: 3, has_flags: true },
  ]);
  assertEquals(rows.length, 1);
  assertEquals(counts, { records: 3, raw_records: 3, negative: 1, flagged: 1, dropped: 2 });
});

Deno.test("rows are sorted by location and time, and times within an hour stay apart", async () => {
  const { rows } = await dayOf([
    { location_id: 2, sensor_id: 20, datetime: `${DAY}T00:00:00Z` },
    { datetime: `${DAY}T23:30:00Z` },
    { datetime: `${DAY}T23:00:00Z` },
    { datetime: `${DAY}T05:15:00Z` },
  ]);
  assertEquals(rows.map(({ location_id, datetime }) => [location_id, String(datetime).slice(11, 16)]), [
    [1, "05:15"],
    [1, "23:00"],
    [1, "23:30"],
    [2, "00:00"],
  ]);
});

Deno.test("a day without rows has no file, and the version of the empty set", async () => {
  const { output } = await dayOf([{ value: -999 }]);
  assertEquals(output.rows, 0);
  assertEquals(output.dataVersion, new TableExaminer(MART).empty);
  assertEquals(output.staged, [{
    final: `aq_dev/marts/vietnam/measurement_date=${DAY}/country=Vietnam/part-00000.snappy.parquet`,
    absent: true,
  }]);
});

Deno.test("an hour asked again: per sensor and time, the latest extraction that has any rows, even unusable ones", async () => {
  await using lake = await TestLake.open();
  await lake.putStations([]);
  const first = "2026-01-01T00:00:00Z", second = "2026-01-02T00:00:00Z";
  const at = `${DAY}T07:00:00Z`, later = `${DAY}T07:30:00Z`;
  await lake.putRaw([
    { datetime: at, sensor_id: 10, value: 1, extracted_at: first },
    { datetime: at, sensor_id: 10, value: 2, extracted_at: first },
    { datetime: later, sensor_id: 10, value: 3, extracted_at: first },
    { datetime: at, sensor_id: 11, parameter: "pm10", value: 4, extracted_at: first },
  ]);
  await lake.putRaw(
    [
      { datetime: at, sensor_id: 10, value: 8, extracted_at: second },
      { datetime: at, sensor_id: 10, value: 7, extracted_at: second },
      { datetime: at, sensor_id: 11, parameter: "pm10", value: -1, extracted_at: second },
    ],
    "20260102_000000",
    4,
  );
  const made = await lake.make(lake.dev, DAY, DAY);
  assert(made.answers.every(({ passed, check }) => passed || check === "nulls"));
  const [staged] = audited(lake.dev, made.outputs.get(DAY)!).files;
  const rows = await lake.rows(staged!.path);
  assertEquals(rows.map(({ datetime, pm25, pm10 }) => [String(datetime).slice(11, 16), pm25, pm10]), [
    ["07:00", 7, null],
    ["07:30", 3, null],
  ]);
});

Deno.test("the content's version does not depend on the order of records, nor on their time of extraction", async () => {
  const records = [{ value: 1 }, { sensor_id: 11, parameter: "co", value: 2 }, { location_id: 2, value: 3 }];
  const one = await dayOf(records);
  const other = await dayOf(
    records.toReversed().map((each) => ({ ...each, extracted_at: "2026-03-01T00:00:00Z" })),
  );
  assertEquals(one.output.dataVersion, other.output.dataVersion);
  const another = await dayOf([...records.slice(0, 2), { location_id: 2, value: 3.000001 }]);
  assert(one.output.dataVersion !== another.output.dataVersion);
});
