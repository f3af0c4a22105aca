import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { gunzipSync } from "node:zlib";
import {
  ContentSum,
  contentVersion,
  doubleField,
  field,
  timestampField,
} from "../../../assets/content_hash.ts";
import { MART } from "../../../assets/vietnam/contract.ts";
import { type RawRecord, TestLake, type TestStation } from "./lake.ts";

const MEASUREMENTS = fromFileUrl(new URL("../../../../shared/openaq/v3/measurements", import.meta.url));

interface Measurement {
  readonly value: number | null;
  readonly flagInfo: { readonly hasFlags: boolean };
  readonly parameter: { readonly name: string; readonly units: string };
  readonly period: { readonly datetimeFrom: { readonly utc: string } };
}

/** A test on a sensor's real answer; skipped where the data is not at hand. */
function realTest(
  name: string,
  sensor: number,
  body: (measurements: readonly Measurement[]) => Promise<void>,
) {
  const path = `${MEASUREMENTS}/${sensor}.json.gz`;
  let ignore = false;
  try {
    Deno.statSync(path);
  } catch {
    console.log(`skipped "${name}": ${path} is absent`);
    ignore = true;
  }
  Deno.test({
    name,
    ignore,
    fn: () => body(JSON.parse(new TextDecoder().decode(gunzipSync(Deno.readFileSync(path)))).results),
  });
}

function rawRecord(location_id: number, sensor_id: number, measurement: Measurement): RawRecord {
  const { value, flagInfo: { hasFlags: has_flags }, parameter: { name: parameter, units: unit } } =
    measurement;
  return {
    location_id,
    sensor_id,
    parameter,
    unit,
    value,
    has_flags,
    datetime: measurement.period.datetimeFrom.utc,
  };
}

const HANOI: TestStation = {
  id: 7441,
  name: "Hanoi",
  city: "Hanoi",
  latitude: 21.021939,
  longitude: 105.818806,
};
const STREET: TestStation = {
  id: 2161292,
  name: "Số 46, phố Lưu Quang Vũ",
  city: "Hanoi",
  latitude: 21.0152,
  longitude: 105.7999,
};

/** One sensor's measurements in µg/m³ by the mart's rules: the smallest usable value of each time, by day. */
function expectedDays(measurements: readonly Measurement[], limit: number): Map<string, Map<string, number>> {
  const days = new Map<string, Map<string, number>>();
  for (const { value, flagInfo, period: { datetimeFrom: { utc } } } of measurements) {
    if (flagInfo.hasFlags || value === null || value < 0 || value > limit) continue;
    const day = days.get(utc.slice(0, 10)) ?? new Map<string, number>();
    days.set(utc.slice(0, 10), day.set(utc, Math.min(value, day.get(utc) ?? Infinity)));
  }
  return days;
}

function versionOf(station: TestStation, column: "pm25" | "co", values: ReadonlyMap<string, number>): string {
  const sum = new ContentSum();
  for (const [at, value] of values) {
    const { id, name, city, latitude, longitude } = station;
    sum.add(
      field(id) + field(name) + field(city) + doubleField(latitude) + doubleField(longitude) +
        timestampField(Date.parse(at)) +
        MART.columns.slice(6).map(({ name }) => doubleField(name === column ? value : null)).join(""),
    );
  }
  return contentVersion(MART.columns, sum);
}

realTest("the mart of Hanoi's 2018, cell by cell", 21632, async (measurements) => {
  const year = measurements.filter(({ period }) => period.datetimeFrom.utc.startsWith("2018"));
  assertEquals(year.length, 8332);
  const expected = expectedDays(year, 1000);
  await using lake = await TestLake.open();
  await lake.putStations([HANOI]);
  await lake.putRaw(year.map((measurement) => rawRecord(7441, 21632, measurement)));

  const values: number[] = [];
  let empty = 0;
  const set = lake.dev.partitions;
  const [first, last] = [set.ordinal("2018-01-01")!, set.ordinal("2018-12-31")!];
  for (let from = first; from <= last; from += lake.dev.batch.most) {
    const to = Math.min(from + lake.dev.batch.most - 1, last);
    const made = await lake.make(lake.dev, set.key(from)!, set.key(to)!);
    assertEquals(made.failures.size, 0);
    assertEquals(
      made.answers.filter(({ passed, check }) => !passed && check !== "newest" && check !== "nulls"),
      [],
    );
    for (const [key, output] of made.outputs) {
      const wanted = expected.get(key) ?? new Map<string, number>();
      const staged = output.staged![0]!;
      if (!("temporary" in staged)) {
        empty++;
        assertEquals([wanted.size, output.dataVersion, output.rows], [0, lake.examiner.empty, 0]);
        continue;
      }
      assertEquals(output.dataVersion, versionOf(HANOI, "pm25", wanted));
      const rows = await lake.rows(staged.temporary);
      assertEquals(
        rows,
        [...wanted].sort(([a], [b]) => a < b ? -1 : 1).map(([at, pm25]) => ({
          location_id: 7441,
          location_name: "Hanoi",
          city: "Hanoi",
          latitude: 21.021939,
          longitude: 105.818806,
          datetime: at,
          pm25,
          pm10: null,
          no2: null,
          so2: null,
          o3: null,
          co: null,
        })),
      );
      values.push(...rows.map(({ pm25 }) => Number(pm25)));
    }
  }
  assertEquals(values.length, 7989);
  assertAlmostEquals(values.reduce((sum, value) => sum + value, 0) / values.length, 40.4924, 0.00005);
  assertEquals(empty, 13);
  assertEquals(
    last - first + 1 - new Set(year.map(({ period }) => period.datetimeFrom.utc.slice(0, 10))).size,
    8,
  );
});

realTest("the page of carbon monoxide", 7772024, async (measurements) => {
  const expected = expectedDays(measurements, 100_000);
  await using lake = await TestLake.open();
  await lake.putStations([STREET]);
  await lake.putRaw(measurements.map((measurement) => rawRecord(2161292, 7772024, measurement)));
  const made = await lake.make(lake.dev, "2024-01-29", "2024-02-04");
  let rows = 0;
  for (const [key, { dataVersion, rows: count }] of made.outputs) {
    const wanted = expected.get(key) ?? new Map();
    rows += count!;
    assertEquals([count, dataVersion], [
      wanted.size,
      wanted.size === 0 ? lake.examiner.empty : versionOf(STREET, "co", wanted),
    ]);
  }
  assertEquals(rows, [...expected.values()].reduce((sum, { size }) => sum + size, 0));
  assert(rows > 90);
});
