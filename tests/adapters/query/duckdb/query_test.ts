import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import { LocalCatalog } from "../../../../adapters/catalog/local/catalog.ts";
import { DuckDBQuery } from "../../../../adapters/query/duckdb/query.ts";
import { MART, RAW } from "../../../../assets/vietnam/contract.ts";
import { type AnswerFormat, Refused } from "../../../../core/ports/query.ts";
import { TestLake } from "../../../assets/vietnam/lake.ts";

const DAY = "2024-01-15";

/** A lake with a development day of two rows, an empty production mart, a raw table, and a view over each mart. */
class QueriedLake implements AsyncDisposable {
  readonly query: DuckDBQuery;

  private constructor(readonly lake: TestLake, readonly catalog: LocalCatalog) {
    this.query = new DuckDBQuery({ root: lake.root, catalog });
  }

  static async open(): Promise<QueriedLake> {
    const lake = await TestLake.open();
    await lake.putStations([{ id: 1, name: 'Phố "A", Bé', city: "Hanoi", latitude: 21, longitude: 105 }]);
    await lake.putRaw([
      { datetime: `${DAY}T07:00:00Z`, value: 10.5 },
      { datetime: `${DAY}T08:00:00Z`, value: 60 },
    ]);
    await lake.publish(lake.dev, await lake.make(lake.dev, DAY, DAY));
    const catalog = new LocalCatalog(lake.root);
    await catalog.put({
      type: "table",
      database: "raw_db",
      name: "openaq_raw",
      ...RAW,
      format: "ndjson",
      location: "aq_raw_prod",
    });
    for (const database of ["aq_dev", "aq_prod"]) {
      const location = `${database}/marts/vietnam`;
      await catalog.put({ type: "table", database, name: "vietnam", ...MART, format: "parquet", location });
      await catalog.put({
        type: "view",
        database,
        name: "high",
        statement: "SELECT * FROM vietnam WHERE pm25 > 50",
      });
      const statement =
        "SELECT date_format(datetime, '%H:%i') AS at, day_of_week(datetime) AS weekday FROM high";
      await catalog.put({ type: "view", database, name: "again", statement });
    }
    return new QueriedLake(lake, catalog);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lake[Symbol.asyncDispose]();
  }

  async bytes(statement: string, format: AnswerFormat): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.query.run(statement, format, new AbortController().signal)) {
      parts.push(part);
    }
    return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  }

  async text(statement: string, format: AnswerFormat): Promise<string> {
    return new TextDecoder().decode(await this.bytes(statement, format));
  }

  async json(statement: string): Promise<Record<string, unknown>[]> {
    return JSON.parse(await this.text(statement, "json"));
  }
}

Deno.test("a mart's rows have the contract's columns, those of the path last", async () => {
  await using lake = await QueriedLake.open();
  assertEquals(await lake.json("SELECT * FROM aq_dev.vietnam ORDER BY datetime LIMIT 1"), [{
    location_id: 1,
    location_name: 'Phố "A", Bé',
    city: "Hanoi",
    latitude: 21,
    longitude: 105,
    datetime: "2024-01-15T07:00:00Z",
    pm25: 10.5,
    pm10: null,
    no2: null,
    so2: null,
    o3: null,
    co: null,
    measurement_date: "2024-01-15",
    country: "Vietnam",
  }]);
});

Deno.test("a table without files has its columns and no rows", async () => {
  await using lake = await QueriedLake.open();
  assertEquals(await lake.json("SELECT count(*) AS n FROM aq_prod.vietnam"), [{ n: 0 }]);
  const described = async (database: string) =>
    (await lake.json(`DESCRIBE ${database}.vietnam`)).map((
      { column_name, column_type },
    ) => [column_name, column_type]);
  assertEquals(await described("aq_prod"), await described("aq_dev"));
});

Deno.test("views read their own database, through each other, in Athena's dialect", async () => {
  await using lake = await QueriedLake.open();
  assertEquals(await lake.json("SELECT * FROM aq_dev.again"), [{ at: "08:00", weekday: 1 }]);
  assertEquals(await lake.json("SELECT * FROM aq_prod.again"), []);
});

Deno.test("raw hours are a table too", async () => {
  await using lake = await QueriedLake.open();
  assertEquals(await lake.json("SELECT value, datetime, hour FROM raw_db.openaq_raw ORDER BY hour"), [
    { value: 10.5, datetime: "2024-01-15T07:00:00Z", hour: "07" },
    { value: 60, datetime: "2024-01-15T08:00:00Z", hour: "08" },
  ]);
});

Deno.test("values as JSON", async () => {
  await using lake = await QueriedLake.open();
  const [row] = await lake.json(`SELECT
    9007199254740991 AS safe, 9007199254740993 AS big, 170141183460469231731687303715884105727 AS huge,
    1.5 AS decimal, 1234567890123456.25::DECIMAL(30, 2) AS long_decimal, 'nan'::DOUBLE AS nan,
    TIMESTAMP '2024-01-15 07:00:00.123' AS fraction, TIMESTAMPTZ '2024-01-15 07:00:00+07' AS zoned,
    TIMESTAMP '1969-12-31 23:59:59.5' AS before, DATE '0044-03-15' AS old, [1, NULL] AS list,
    {a: DATE '2024-01-15'} AS struct, MAP {'k': 1} AS map, TIME '07:00:00' AS time, true AS yes, NULL AS nothing,
    sum(1) AS total`);
  assertEquals(row, {
    safe: 9007199254740991,
    big: "9007199254740993",
    huge: "170141183460469231731687303715884105727",
    decimal: 1.5,
    long_decimal: "1234567890123456.25",
    nan: "NaN",
    fraction: "2024-01-15T07:00:00.123Z",
    zoned: "2024-01-15T00:00:00Z",
    before: "1969-12-31T23:59:59.5Z",
    old: "0044-03-15",
    list: [1, null],
    struct: { a: "2024-01-15" },
    map: [{ key: "k", value: 1 }],
    time: "07:00:00",
    yes: true,
    nothing: null,
    total: 1,
  });
});

Deno.test("an answer without rows is an empty JSON array", async () => {
  await using lake = await QueriedLake.open();
  assertEquals(await lake.text("SELECT 1 WHERE false", "json"), "[]\n");
});

Deno.test("an answer as CSV", async () => {
  await using lake = await QueriedLake.open();
  assertEquals(
    await lake.text(
      `SELECT location_name, pm25, pm10, datetime FROM aq_dev.vietnam ORDER BY datetime LIMIT 1`,
      "csv",
    ),
    'location_name,pm25,pm10,datetime\r\n"Phố ""A"", Bé",10.5,,2024-01-15T07:00:00Z\r\n',
  );
});

Deno.test("an answer as a table", async () => {
  await using lake = await QueriedLake.open();
  assertEquals(
    await lake.text("SELECT location_name AS name, pm25 FROM aq_dev.vietnam ORDER BY datetime", "table"),
    [
      "name         pm25",
      "───────────  ────",
      'Phố "A", Bé  10.5',
      'Phố "A", Bé    60',
      "2 rows\n",
    ].join("\n"),
  );
  assertMatch(await lake.text("FROM range(1234)", "table"), /\n1000 of 1234 rows\n$/);
});

Deno.test("an answer as Parquet", async () => {
  await using lake = await QueriedLake.open();
  const bytes = await lake.bytes("FROM (VALUES (1, 'a'), (2, NULL)) AS t(n, t) -- the end", "parquet");
  await Deno.writeFile(`${lake.lake.root}/answer.parquet`, bytes);
  assertEquals(await lake.lake.rows("answer.parquet"), [{ n: 1, t: "a" }, { n: 2, t: null }]);
  await assertRejects(() => lake.bytes("EXPLAIN SELECT 1", "parquet"), Refused, "found an EXPLAIN");
});

Deno.test("an answer as an Arrow stream, over several batches", async () => {
  await using lake = await QueriedLake.open();
  const table = tableFromIPC(
    await lake.bytes(
      `SELECT range AS n, if(range % 3 = 0, NULL, range / 2) AS half, range::VARCHAR AS text, range % 2 = 0 AS even,
         DATE '2024-01-15' AS day, TIMESTAMP '2024-01-15 07:00:00' AS at, 1.5 AS decimal FROM range(5000)`,
      "arrow",
    ),
  );
  assertEquals(table.numRows, 5000);
  assert(table.batches.length > 1);
  assertEquals(table.schema.fields.map(({ type }) => String(type)), [
    "Int64",
    "Float64",
    "Utf8",
    "Bool",
    "Date32<DAY>",
    "Timestamp<MICROSECOND, UTC>",
    "Utf8",
  ]);
  const last = table.get(4999)!.toJSON();
  assertEquals([last.n, last.half, last.text, last.even, last.decimal], [
    4999n,
    2499.5,
    "4999",
    false,
    "1.5",
  ]);
  assertEquals(table.get(4998)!.toJSON().half, null);
  assertEquals(Number(last.at), Date.parse("2024-01-15T07:00:00Z"));
  const none = tableFromIPC(await lake.bytes("SELECT 1 AS n WHERE false", "arrow"));
  assertEquals([none.numRows, none.schema.fields[0]!.name], [0, "n"]);
});

const READING = [
  "SELECT 1;",
  "select 1 -- a comment; with a semicolon",
  "WITH a AS (SELECT 1 AS n) SELECT * FROM a JOIN aq_dev.vietnam ON true",
  "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT * FROM t",
  "FROM aq_dev.vietnam",
  "TABLE aq_dev.vietnam",
  "VALUES (1), (2)",
  "SELECT * FROM range(3), generate_series(1, 2), unnest([1])",
  "DESCRIBE aq_dev.vietnam",
  "DESCRIBE SELECT 1",
  "SHOW TABLES",
  "SHOW ALL TABLES",
  "SHOW DATABASES",
  "SHOW aq_dev.vietnam",
  "SUMMARIZE aq_dev.vietnam",
  "EXPLAIN SELECT * FROM aq_dev.vietnam",
  "explain analyze select 1",
  "/* why */ EXPLAIN -- this\nSELECT 1",
  "SELECT * FROM AQ_DEV.Vietnam",
  "SELECT * FROM (PIVOT aq_dev.vietnam ON city IN ('Hanoi') USING sum(pm25))",
];

Deno.test("reading statements run", async () => {
  await using lake = await QueriedLake.open();
  for (const statement of READING) {
    const answer = await lake.text(statement, "json").catch((error) => error);
    assert(typeof answer === "string", `${statement}: ${answer}`);
  }
});

const EVIL = [
  "",
  ";",
  "-- nothing",
  "SELECT 1; SELECT 2",
  "SELECT 1; COPY (SELECT 1) TO 'LAKE/out.csv'",
  "SELECT 1;; DROP TABLE x",
  "COPY aq_dev.vietnam TO 'LAKE/aq_dev/out.parquet'",
  "COPY (SELECT 1) TO 'LAKE/out.parquet'",
  "EXPLAIN COPY (SELECT 1) TO 'LAKE/out.csv'",
  "EXPLAIN ANALYZE COPY (SELECT 1) TO 'LAKE/out.csv'",
  "EXPLAIN/**/ANALYZE/**/COPY (SELECT 1) TO 'LAKE/out.csv'",
  "explain analyze -- SELECT 1\n copy (select 1) to 'LAKE/out.csv'",
  "EXPLAIN EXPLAIN ANALYZE COPY (SELECT 1) TO 'LAKE/out.csv'",
  "EXPLAIN SELECT 1; COPY (SELECT 1) TO 'LAKE/out.csv'",
  "EXPLAIN (FORMAT json, ANALYZE) COPY (SELECT 1) TO 'LAKE/out.csv'",
  "EXPORT DATABASE 'LAKE/out'",
  "IMPORT DATABASE 'LAKE/out'",
  "ATTACH 'LAKE/out.db'",
  "DETACH memory",
  "USE aq_dev",
  "INSTALL httpfs",
  "LOAD httpfs",
  "SET threads = 1",
  "SET enable_external_access = true",
  "RESET lock_configuration",
  "PRAGMA version",
  "PRAGMA database_list",
  "CALL pragma_version()",
  "CREATE TABLE x AS SELECT 1",
  "CREATE VIEW aq_dev.x AS SELECT 1",
  "CREATE MACRO f() AS 1",
  "CREATE SECRET s (TYPE s3)",
  "INSERT INTO aq_dev.vietnam VALUES (1)",
  "UPDATE aq_dev.vietnam SET pm25 = 0",
  "DELETE FROM aq_dev.vietnam",
  "DROP VIEW aq_dev.vietnam",
  "ALTER VIEW aq_dev.vietnam RENAME TO x",
  "BEGIN",
  "CHECKPOINT",
  "VACUUM",
  "PREPARE p AS SELECT 1",
  "EXECUTE p",
  "PIVOT aq_dev.vietnam ON city USING sum(pm25)",
  "SELECT * FROM (PIVOT aq_dev.vietnam ON city USING sum(pm25))",
  "SELECT * FROM '/etc/passwd'",
  'SELECT * FROM "/etc/passwd"',
  "SELECT * FROM 'FILE'",
  'SELECT * FROM "FILE" AS vietnam',
  "FROM 'FILE'",
  "TABLE 'FILE'",
  "DESCRIBE 'FILE'",
  "SUMMARIZE 'FILE'",
  "DESCRIBE SELECT * FROM 'FILE'",
  "SELECT * FROM (SELECT * FROM 'FILE')",
  "SELECT (SELECT max(pm25) FROM 'FILE')",
  "SELECT 1 WHERE EXISTS (FROM 'FILE')",
  "SELECT 1 ORDER BY (SELECT count(*) FROM 'FILE')",
  "SELECT * FROM aq_dev.vietnam JOIN 'FILE' USING (pm25)",
  "WITH a AS (SELECT * FROM 'FILE') SELECT * FROM a",
  'WITH "FILE" AS (SELECT 1) SELECT * FROM "FILE"',
  'WITH a AS (SELECT * FROM "FILE"), "FILE" AS (SELECT 1) SELECT * FROM a',
  'SELECT (WITH "FILE" AS (SELECT 1) SELECT * FROM "FILE"), * FROM "FILE"',
  "SELECT * FROM read_parquet('FILE')",
  "SELECT * FROM parquet_scan('FILE')",
  "SELECT * FROM read_csv('/etc/passwd')",
  "SELECT * FROM read_csv_auto('/etc/passwd')",
  "SELECT * FROM read_json('FILE')",
  "SELECT * FROM read_text('/etc/passwd')",
  "SELECT * FROM read_blob('/etc/passwd')",
  "SELECT * FROM system.main.read_text('/etc/passwd')",
  "SELECT * FROM READ_TEXT('/etc/passwd')",
  "SELECT * FROM \"read_text\"('/etc/passwd')",
  "SELECT * FROM glob('/etc/*')",
  "SELECT * FROM parquet_metadata('FILE')",
  "SELECT * FROM parquet_schema('FILE')",
  "SELECT * FROM sniff_csv('/etc/passwd')",
  "SELECT * FROM query('SELECT 1')",
  "SELECT * FROM query_table('aq_dev.vietnam')",
  "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  "SELECT * FROM duckdb_settings()",
  "SELECT * FROM duckdb_secrets()",
  "SELECT * FROM pragma_database_list()",
  "SELECT * FROM test_all_types()",
  "SELECT * FROM enable_logging()",
  "SELECT * FROM information_schema.tables",
  "SELECT * FROM pg_catalog.pg_class",
  "SELECT * FROM sqlite_master",
  "SELECT * FROM memory.aq_dev.vietnam",
  "SELECT getenv('HOME')",
  "SELECT GETENV('HOME')",
  "SELECT current_setting('temp_directory')",
  "SELECT json_serialize_plan('FROM read_text(''/etc/passwd'')')",
  "SELECT write_log('x')",
  "SELECT nextval('s')",
  "SHOW VARIABLES",
  "SELECT * FROM vietnam",
  "SELECT * FROM aq_dev.nothing",
  "SELECT nothing FROM aq_dev.vietnam",
  "SELEC 1",
];

Deno.test("everything else is refused, in one line", async () => {
  await using lake = await QueriedLake.open();
  const { root, days } = lake.lake;
  const file = `${root}/${days.get(DAY)!.files[0]!.path}`;
  for (const statement of EVIL) {
    const text = statement.replaceAll("LAKE", root).replaceAll("FILE", file);
    const error = await lake.bytes(text, "json").catch((error) => error);
    assert(error instanceof Refused, `${statement}: ${error}`);
    assert(!error.message.includes("\n"), error.message);
  }
  const left = Array.from(Deno.readDirSync(root), ({ name }) => name).sort();
  assertEquals(left.filter((name) => name.startsWith("out")), []);
});

Deno.test("an unknown table is named, with those there are and what makes them", async () => {
  await using lake = await QueriedLake.open();
  await assertRejects(
    () => lake.bytes("SELECT * FROM aq_prod.hanoi", "json"),
    Refused,
    'reading "aq_prod.hanoi": there is no such table, wanted one of aq_dev.again, aq_dev.high, aq_dev.vietnam, ' +
      'aq_prod.again, aq_prod.high, aq_prod.vietnam, raw_db.openaq_raw; "deno task materialize" makes the lake\'s ' +
      "tables and views",
  );
  await using empty = await TestLake.open();
  const query = new DuckDBQuery({ root: empty.root, catalog: new LocalCatalog(empty.root) });
  await assertRejects(
    () => query.run("SELECT * FROM aq_prod.vietnam", "json", new AbortController().signal).next(),
    Refused,
    'reading "aq_prod.vietnam": the catalog is empty; "deno task materialize" makes the lake\'s tables and views',
  );
});

Deno.test("a file that is no Parquet is named", async () => {
  await using lake = await QueriedLake.open();
  const { path } = lake.lake.days.get(DAY)!.files[0]!;
  await lake.lake.write(path, new TextEncoder().encode("no Parquet at all"));
  const error = await lake.bytes("SELECT count(pm25) FROM aq_dev.vietnam", "json").catch((error) => error);
  assert(!(error instanceof Refused));
  assert(error.message.includes(path) && !error.message.includes(lake.lake.root), error.message);
  assert(!error.message.includes("\n"), error.message);
});

Deno.test("an aborted signal ends a query with its reason", async () => {
  await using lake = await QueriedLake.open();
  const reason = new Error("enough");
  const answer = lake.query.run("SELECT 1", "json", AbortSignal.abort(reason));
  assertEquals(await answer.next().catch((error) => error), reason);
});
