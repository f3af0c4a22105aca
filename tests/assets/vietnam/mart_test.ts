import { assert, assertEquals } from "@std/assert";
import type { AnyAsset, Audited, CheckAnswer } from "../../../core/mod.ts";
import { audited, fileRows, TestLake } from "./lake.ts";

const DAY = "2024-01-15";

/** A lake with a day of three rows at two locations, made and not yet published. */
async function lakeWithDay() {
  const lake = await TestLake.open();
  await lake.putStations(
    [1, 2].map((id) => ({ id, name: `Trạm ${id}`, city: "Hue", latitude: 16, longitude: 107 })),
  );
  await lake.putRaw([
    { datetime: `${DAY}T07:00:00Z`, value: 10 },
    { datetime: `${DAY}T08:00:00Z`, value: 20 },
    { datetime: `${DAY}T07:00:00Z`, location_id: 2, sensor_id: 20, value: 30 },
  ]);
  const made = await lake.make(lake.dev, DAY, DAY);
  assertEquals(made.answers.filter(({ passed }) => !passed), []);
  const day = audited(lake.dev, made.outputs.get(DAY)!);
  return { lake, made, day, path: `${lake.root}/${day.files[0]!.path}` };
}

function failedOf(answers: readonly CheckAnswer[]): Record<string, string | undefined> {
  return Object.fromEntries(
    answers.filter(({ passed }) => !passed).map(({ check, detail }) => [check, detail]),
  );
}

/** The checks' answers on a file that was staged in the place of the good one. */
async function staged(statement: (good: string) => string, change: Partial<Audited> = {}, asset?: AnyAsset) {
  const { lake, day, path } = await lakeWithDay();
  await using _ = lake;
  const file = await lake.writeParquet("_staging/other/day.parquet", statement(fileRows(path)));
  return failedOf(await lake.audit(asset ?? lake.dev, [{ ...day, files: [file], ...change }]));
}

Deno.test("schema: a column of another type", async () => {
  assertEquals(await staged((good) => `SELECT * REPLACE (location_id::BIGINT AS location_id) FROM ${good}`), {
    schema: "its column 1 is location_id int64, wanted location_id int32",
  });
});

Deno.test("schema: a timestamp that is not adjusted to UTC", async () => {
  assertEquals(
    await staged((good) => `SELECT * REPLACE (datetime AT TIME ZONE 'UTC' AS datetime) FROM ${good}`),
    {
      schema: "its column 6 is datetime TIMESTAMP, wanted datetime timestamp",
    },
  );
});

Deno.test("schema: a column more", async () => {
  assertEquals(await staged((good) => `SELECT *, 'Vietnam' AS country FROM ${good}`), {
    schema: "its column 13 is country utf8, wanted none",
  });
});

Deno.test("schema: a column less fails what cannot be judged without it", async () => {
  const failed = await staged((good) => `SELECT * EXCLUDE (co) FROM ${good}`);
  assertEquals(failed.schema, "its column 12 is none, wanted co float64");
  assertEquals(failed.limits, failed.schema);
});

Deno.test("path: a row of another day", async () => {
  assertEquals(
    await staged((good) =>
      `SELECT * REPLACE (if(location_id = 2, datetime + INTERVAL 1 DAY, datetime) AS datetime) FROM ${good}`
    ),
    { path: "its rows are of 2024-01-15 to 2024-01-16, wanted 2024-01-15" },
  );
});

Deno.test("unique: a key twice", async () => {
  assertEquals(
    await staged((good) =>
      `SELECT * REPLACE (if(location_id = 1, '2024-01-15 07:00:00+00'::TIMESTAMPTZ, datetime) AS datetime) FROM ${good}`
    ),
    { unique: "1 of its rows repeat location_id and datetime, wanted none" },
  );
});

Deno.test("keys: a null location", async () => {
  assertEquals(
    await staged((good) => `SELECT * REPLACE (nullif(location_id, 2) AS location_id) FROM ${good}`),
    { keys: "1 of its rows have no location_id or no datetime, wanted none" },
  );
});

Deno.test("sorted: two rows in the wrong order", async () => {
  assertEquals(await staged((good) => `FROM ${good} ORDER BY location_id DESC, datetime`), {
    sorted: "1 of its rows come before a smaller location_id and datetime, wanted none",
  });
  assertEquals(await staged((good) => `FROM ${good} ORDER BY location_id, datetime DESC`), {
    sorted: "1 of its rows come before a smaller location_id and datetime, wanted none",
  });
});

Deno.test("limits: a value above its limit, and one below zero", async () => {
  assertEquals(await staged((good) => `SELECT * REPLACE (pm25 * 49.9 AS pm25) FROM ${good}`), {
    limits: "1 of its values of pm25 lie outside 0 to 1000 µg/m³, wanted none",
  });
  assertEquals(await staged((good) => `SELECT * REPLACE (-1.0::DOUBLE AS co) FROM ${good}`), {
    limits: "3 of its values of co lie outside 0 to 100000 µg/m³, wanted none",
  });
});

Deno.test("limits: a value far beyond what its canonical text can hold", async () => {
  assertEquals(Object.keys(await staged((good) => `SELECT * REPLACE (1e300 AS o3) FROM ${good}`)), [
    "limits",
  ]);
});

Deno.test("rows: one less than raw gives", async () => {
  assertEquals(await staged((good) => `FROM ${good} LIMIT 2`), {
    rows: "it has 2 rows, wanted the 3 that its inputs give",
  });
});

Deno.test("records: some of raw that were not read", async () => {
  const { lake, day } = await lakeWithDay();
  await using _ = lake;
  const metadata = { ...day.metadata, raw_records: { type: "number" as const, value: 4 } };
  assertEquals(failedOf(await lake.audit(lake.dev, [{ ...day, metadata }])), {
    records: "it was made of 3 records, wanted the 4 of its hours",
  });
});

Deno.test("rows: an empty day that should have some", async () => {
  const { lake, day } = await lakeWithDay();
  await using _ = lake;
  assertEquals(failedOf(await lake.audit(lake.dev, [{ ...day, files: [] }])), {
    rows: "it has 0 rows, wanted the 3 that its inputs give",
  });
});

Deno.test("a file that is no Parquet fails alone, every check, by name", async () => {
  const { lake, day } = await lakeWithDay();
  await using _ = lake;
  const bad = await lake.write("_staging/other/bad.parquet", new TextEncoder().encode("no Parquet at all"));
  const answers = await lake.audit(lake.dev, [day, { ...day, partition: day.partition + 1, files: [bad] }]);
  const failed = answers.filter(({ passed }) => !passed);
  assert(
    failed.every(({ partition, detail }) =>
      partition === day.partition + 1 && detail!.startsWith('reading "_staging/other/bad.parquet": ')
    ),
  );
  assertEquals(failed.length, 10);
});

Deno.test("warnings: names and PM2.5 that are null, and a newest day without rows", async () => {
  assertEquals(
    await staged((good) =>
      `SELECT * REPLACE (NULL::VARCHAR AS location_name, NULL::DOUBLE AS pm25) FROM ${good}`
    ),
    {
      nulls:
        "location_name is null in 3 of 3 rows, wanted at most 0 %; pm25 is null in 3 of 3 rows, wanted at most 50 %",
    },
  );
  const { lake } = await lakeWithDay();
  await using _ = lake;
  const made = await lake.make(lake.dev, "2026-01-01", "2026-01-02");
  assertEquals(failedOf(made.answers), { newest: "the newest day has no rows, wanted some" });
});

Deno.test("pm25: a city with a value above 50 µg/m³ is named with the greatest, one at 50 is not", async () => {
  const { lake, day, path } = await lakeWithDay();
  await using _ = lake;
  const values = (more: string) =>
    `SELECT * REPLACE (CASE pm25 WHEN 10 THEN 50 WHEN 20 THEN 50.04 ELSE 87.26 END AS pm25, ` +
    `CASE pm25 WHEN 10 THEN 'Hue' WHEN 20 THEN 'Da Lat' ELSE ${more} END AS city) FROM ${fileRows(path)}`;
  const answers = async (name: string, statement: string) => {
    const file = await lake.writeParquet(`_staging/other/${name}.parquet`, statement);
    const answers = await lake.audit(lake.prod, [{ ...day, files: [file] }]);
    return answers.find(({ check }) => check === "pm25");
  };
  assertEquals(await answers("two", values("'Hanoi'")), {
    check: "pm25",
    partition: day.partition,
    passed: false,
    detail: "pm25 is up to 87.26 µg/m³ in Hanoi, 50.04 µg/m³ in Da Lat, wanted at most 50 µg/m³",
    subjects: {
      Hanoi: "pm25 is up to 87.26 µg/m³ in Hanoi on 2024-01-15, wanted at most 50 µg/m³",
      "Da Lat": "pm25 is up to 50.04 µg/m³ in Da Lat on 2024-01-15, wanted at most 50 µg/m³",
    },
  });
  assertEquals((await answers("none", `FROM ${fileRows(path)}`))?.passed, true);
  const nowhere = `SELECT * REPLACE (60.0::DOUBLE AS pm25, NULL::VARCHAR AS city) FROM ${fileRows(path)}`;
  assertEquals((await answers("nowhere", nowhere))?.passed, true);
});

Deno.test("a standing file is read anew, whatever is remembered of the one that was published", async () => {
  const { lake, made } = await lakeWithDay();
  await using _ = lake;
  await lake.publish(lake.dev, made);
  const standing = lake.days.get(DAY)!;
  const final = standing.files[0]!.path;
  await lake.writeParquet(
    final,
    `FROM (SELECT * REPLACE (pm25 * 49.9 AS pm25) FROM ${fileRows(`${lake.root}/${final}`)})`,
  );
  const day = { ...audited(lake.dev, made.outputs.get(DAY)!), files: standing.files };
  assertEquals(Object.keys(failedOf(await lake.audit(lake.dev, [day]))), ["limits"]);
});
