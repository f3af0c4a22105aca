import { assertEquals, assertMatch } from "@std/assert";
import { fileRows, projectStatement, TestLake } from "./lake.ts";

const DAYS = ["2024-01-15", "2024-01-16", "2024-01-17"] as const;
const [FIRST, MIDDLE, LAST] = DAYS;

function fileOf(day: string): string {
  return `aq_dev/marts/vietnam/measurement_date=${day}/country=Vietnam/part-00000.snappy.parquet`;
}

/** A lake whose development mart has three days, the last without rows. */
async function lakeWithDev(statement = projectStatement) {
  const lake = await TestLake.open(undefined, statement);
  await lake.putStations([{ id: 1, name: "Hanoi", city: "Hanoi", latitude: 21, longitude: 105 }]);
  await lake.putRaw([FIRST, MIDDLE].flatMap((day) => [
    { datetime: `${day}T07:00:00Z`, value: 10 },
    { datetime: `${day}T08:00:00Z`, value: 20 },
  ]));
  await lake.publish(lake.dev, await lake.make(lake.dev, FIRST, LAST));
  return lake;
}

/** The faults that production's checks find with each day, with the development mart's middle day changed. */
async function promote(change?: (lake: TestLake) => Promise<unknown>) {
  await using lake = await lakeWithDev();
  await change?.(lake);
  const { answers } = await lake.make(lake.prod, FIRST, LAST);
  return Object.fromEntries(
    answers.filter(({ passed, check }) => !passed && check !== "newest").map((
      { partition, check, detail },
    ) => [
      `${lake.prod.partitions.key(partition)} ${check}`,
      detail,
    ]),
  );
}

function rewrite(statement: (file: string) => string) {
  return (lake: TestLake) =>
    lake.writeParquet(fileOf(MIDDLE), statement(fileRows(`${lake.root}/${fileOf(MIDDLE)}`)));
}

Deno.test("production's days are the development days, byte by byte", async () => {
  assertEquals(await promote(), {});
});

Deno.test("files of other bytes and equal content pass", async () => {
  assertEquals(await promote(rewrite((file) => `FROM ${file} ORDER BY datetime DESC`)), {});
});

Deno.test("another value blocks its day alone, and shows both", async () => {
  assertEquals(
    await promote(rewrite((file) => `SELECT * REPLACE (if(pm25 = 20, 20.5, pm25) AS pm25) FROM ${file}`)),
    {
      [`${MIDDLE} equals_dev`]:
        "1 row differs, the first at location_id 1, datetime 2024-01-16T08:00:00Z: pm25 is 20.0, " +
        "the development one's 20.5",
    },
  );
});

Deno.test("a value that is null on one side differs", async () => {
  assertEquals(
    await promote(rewrite((file) => `SELECT * REPLACE (nullif(pm25, 10.0) AS pm25) FROM ${file}`)),
    {
      [`${MIDDLE} equals_dev`]:
        "1 row differs, the first at location_id 1, datetime 2024-01-16T07:00:00Z: pm25 is 10.0, " +
        "the development one's null",
    },
  );
});

Deno.test("a row less blocks, with both counts", async () => {
  assertEquals(await promote(rewrite((file) => `FROM ${file} LIMIT 1`)), {
    [`${MIDDLE} equals_dev`]:
      "it has 2 rows, the development one 1; 1 row differs, the first at location_id 1, " +
      "datetime 2024-01-16T08:00:00Z: row is present, the development one's absent",
  });
});

Deno.test("other columns block", async () => {
  const failed = await promote(rewrite((file) => `SELECT * EXCLUDE (co) FROM ${file}`));
  assertEquals(Object.keys(failed), [`${MIDDLE} equals_dev`]);
  assertMatch(
    failed[`${MIDDLE} equals_dev`]!,
    /"co" .*; its columns are location_id int32, .* co float64, the development one's /,
  );
});

Deno.test("other columns and another value block, and show both", async () => {
  const failed = await promote(
    rewrite((file) => `SELECT * REPLACE (pm25 + 1 AS pm25), 1 AS more FROM ${file}`),
  );
  assertMatch(
    failed[`${MIDDLE} equals_dev`]!,
    /^2 rows differ, .* pm25 is 10.0, the development one's 11.0; its columns are .*, more int32$/,
  );
});

Deno.test("an unreadable development day blocks its day alone, and is named", async () => {
  const failed = await promote((lake) =>
    lake.write(fileOf(MIDDLE), new TextEncoder().encode("no Parquet at all"))
  );
  assertEquals(Object.keys(failed), [`${MIDDLE} equals_dev`]);
  assertMatch(failed[`${MIDDLE} equals_dev`]!, /^reading "aq_dev\/marts\/.*2024-01-16.*parquet": /);
});

Deno.test("a development day that does not stand blocks", async () => {
  const failed = await promote((lake) => Promise.resolve(lake.days.delete(MIDDLE)));
  assertEquals(failed, {
    [`${MIDDLE} equals_dev`]: "the development partition does not stand, wanted it first",
  });
});

Deno.test("a development day without rows, where production has some, blocks", async () => {
  const failed = await promote((lake) => {
    lake.days.set(MIDDLE, { ...lake.days.get(MIDDLE)!, files: [], rows: 0 });
    return Promise.resolve();
  });
  assertEquals(failed, { [`${MIDDLE} equals_dev`]: "it has 2 rows, the development one 0" });
});

Deno.test("a statement that answers otherwise the second time blocks, once production evaluates it by itself", async () => {
  const fickle = async (name: string) => {
    const text = await projectStatement(name);
    return text.replace("(value * scale) * factor", "(value * scale) * factor + random()");
  };
  await using lake = await lakeWithDev(fickle);
  const failures = async () => {
    const { outputs, answers } = await lake.make(lake.prod, FIRST, FIRST);
    const { evaluation } = outputs.get(FIRST)!.metadata!;
    return [evaluation?.value, answers.filter(({ passed }) => !passed).map(({ check }) => check)];
  };
  const { outputs } = await lake.make(lake.dev, FIRST, FIRST);
  await lake.publish(lake.dev, { outputs, failures: new Map(), answers: [] });
  assertEquals(await failures(), ["shared", []]);
  lake.restart();
  assertEquals(await failures(), [undefined, ["equals_dev"]]);
});
