import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { tableFromIPC } from "apache-arrow";
import { DuckDBQuery } from "../../../../adapters/query/duckdb/query.ts";
import { RefusedError } from "../../../../core/mod.ts";
import { TestLake } from "../../../assets/vietnam/lake.ts";
import { DAY, LIMITS, QueriedLake, view } from "./queried_lake.ts";

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
  const cut = await lake.text("FROM range(1234)", "table");
  assertMatch(cut, /\n1000 of 1234 rows: --rows N shows more, --format csv writes all\n$/);
  const limits = { ...LIMITS, rows: 2_000 };
  assertMatch(await lake.text("FROM range(1234)", "table", { limits }), /\n1234 rows\n$/);
  assertMatch(await lake.text("FROM range(3000000)", "table"), /\n1000 of more than 1000000 rows: /);
});

Deno.test("numbers are shown without what binary fractions add, and null apart from an empty text", async () => {
  await using lake = await QueriedLake.open();
  const statement =
    "SELECT 11.528000000000002::DOUBLE AS d, 0.1::FLOAT AS f, [0.1::DOUBLE + 0.2::DOUBLE] AS l, " +
    "9007199254740991::DOUBLE AS w, '' AS e, NULL AS n";
  assertEquals(
    (await lake.text(statement, "table")).split("\n")[2],
    "11.528  0.1  [0.3]  9007199254740991     NULL",
  );
  assertEquals(JSON.parse(await lake.text(statement, "json"))[0].d, 11.528000000000002);
  assertEquals(
    await lake.text(statement, "csv"),
    'd,f,l,w,e,n\r\n11.528000000000002,0.10000000149011612,[0.30000000000000004],9007199254740991,"",\r\n',
  );
});

Deno.test("a table keeps to the terminal's width, and says what it left out", async () => {
  await using lake = await QueriedLake.open();
  const statement =
    `SELECT 123456 AS id, repeat('a', 70) AS long, repeat('b', 20) AS short, 3 AS n, 4 AS last`;
  const at = async (width: number) => (await lake.text(statement, "table", { width })).split("\n");
  for (const width of [120, 80, 50, 30]) {
    const lines = await at(width);
    assertEquals(lines.slice(0, 3).filter((line) => Array.from(line).length > width), []);
  }
  assertEquals((await at(80))[2], `123456  ${"a".repeat(40)}…  ${"b".repeat(20)}  3     4`);
  assertEquals((await at(30)).slice(2), [
    `123456  ${"a".repeat(21)}…`,
    "3 columns left out: short, n, last; a wider terminal shows more, --format csv all",
    "1 row",
    "",
  ]);
});

Deno.test("an answer as Parquet", async () => {
  await using lake = await QueriedLake.open();
  const bytes = await lake.bytes("FROM (VALUES (1, 'a'), (2, NULL)) AS t(n, t) -- the end", "parquet");
  await Deno.writeFile(`${lake.lake.root}/answer.parquet`, bytes);
  assertEquals(await lake.lake.rows("answer.parquet"), [{ n: 1, t: "a" }, { n: 2, t: null }]);
  await Deno.writeFile(
    `${lake.lake.root}/answer.parquet`,
    await lake.bytes("SELECT 1 AS a, 2 AS a;", "parquet"),
  );
  assertEquals(await lake.lake.rows("answer.parquet"), [{ a: 1, a_1: 2 }]);
  await assertRejects(() => lake.bytes("EXPLAIN SELECT 1", "parquet"), RefusedError, "found an EXPLAIN");
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

Deno.test("an unknown table is named, with those there are and what makes them", async () => {
  await using lake = await QueriedLake.open();
  await assertRejects(
    () => lake.bytes("SELECT * FROM aq_prod.hanoi", "json"),
    RefusedError,
    'reading "aq_prod.hanoi": there is no such table, wanted one of aq_dev.again, aq_dev.high, aq_dev.vietnam, ' +
      'aq_prod.again, aq_prod.high, aq_prod.vietnam, raw_db.openaq_raw; "deno task materialize" makes the lake\'s ' +
      "tables and views",
  );
  await using empty = await TestLake.open();
  const { workspace, catalog } = empty.storage;
  const query = new DuckDBQuery({ workspace, catalog, published: () => Promise.reject() });
  await assertRejects(
    () => query.run("SELECT * FROM aq_prod.vietnam", lake.options("json")).next(),
    RefusedError,
    'reading "aq_prod.vietnam": the catalog is empty; "deno task materialize" makes the lake\'s tables and views',
  );
});

Deno.test("a file that is no Parquet is named", async () => {
  await using lake = await QueriedLake.open();
  const { path } = lake.lake.days.get(DAY)!.files[0]!;
  await lake.lake.write(path, new TextEncoder().encode("no Parquet at all"));
  const error = await lake.bytes("SELECT count(pm25) FROM aq_dev.vietnam", "json").catch((error) => error);
  assert(!(error instanceof RefusedError));
  assert(error.message.includes(path) && !error.message.includes(lake.lake.root), error.message);
  assert(!error.message.includes("\n"), error.message);
});

Deno.test("an aborted signal ends a query with its reason", async () => {
  await using lake = await QueriedLake.open();
  const reason = new Error("enough");
  const answer = lake.query.run("SELECT 1", { ...lake.options("json"), signal: AbortSignal.abort(reason) });
  assertEquals(await answer.next().catch((error) => error), reason);
});

Deno.test("a table has the rows of the files that were published, and of no others", async () => {
  await using lake = await QueriedLake.open();
  const { path } = lake.lake.days.get(DAY)!.files[0]!;
  const { root } = lake.lake;
  await Deno.copyFile(`${root}/${path}`, `${root}/${path.replace("part-00000", "part-00001")}`);
  const other = path.replace(DAY, "2024-01-16");
  await Deno.mkdir(`${root}/${other.slice(0, other.lastIndexOf("/"))}`, { recursive: true });
  await Deno.copyFile(`${root}/${path}`, `${root}/${other}`);
  const count = "SELECT count(*) AS n FROM aq_dev.vietnam";
  assertEquals(await lake.json(count), [{ n: 2 }]);
  lake.published.push({ path: other, size: 0, hash: "" });
  assertEquals(await lake.json(count), [{ n: 4 }]);
  const days = "SELECT DISTINCT measurement_date AS day FROM aq_dev.vietnam ORDER BY day";
  assertEquals(await lake.json(days), [{ day: DAY }, { day: "2024-01-16" }]);
});

Deno.test("a published file that is gone is named; it is not taken for no rows", async () => {
  await using lake = await QueriedLake.open();
  const { path } = lake.lake.days.get(DAY)!.files[0]!;
  await Deno.remove(`${lake.lake.root}/${path}`);
  const error = await lake.bytes("SELECT count(*) FROM aq_dev.high", "json").catch((error) => error);
  assertEquals(
    error.message,
    `reading "${path}": it is gone, wanted the file that was published; ` +
      '"deno task check" finds what is damaged, "deno task materialize" makes it again',
  );
  assertEquals(error.path, path);
  assertEquals(await lake.json("SELECT count(*) AS n FROM raw_db.openaq_raw"), [{ n: 2 }]);
});

Deno.test("a published file with other bytes is named, with the way back", async () => {
  await using lake = await QueriedLake.open();
  const { path } = lake.lake.days.get(DAY)!.files[0]!;
  for (const bytes of ["PAR1", "no Parquet at all"]) {
    await Deno.writeTextFile(`${lake.lake.root}/${path}`, bytes);
    const error = await lake.bytes("SELECT count(*) FROM aq_dev.vietnam", "json").catch((error) => error);
    assertStringIncludes(error.message, path);
    assertEquals(error.path, path);
    assertStringIncludes(error.message, '; "deno task check" finds what is damaged');
  }
});

Deno.test("a view that no longer fits its table fails those alone that name it, with its name", async () => {
  await using lake = await QueriedLake.open();
  await lake.define(view("aq_dev", "high", "SELECT location_id,\n  pm25_avg FROM vietnam"));
  assertEquals(await lake.json("SELECT count(*) AS n FROM aq_dev.vietnam"), [{ n: 2 }]);
  assertEquals(await lake.json("SELECT count(*) AS n FROM aq_prod.again"), [{ n: 0 }]);
  assertEquals(lake.warnings, []);
  const error = await lake.text("FROM aq_dev.again", "json").catch((error) => error);
  assertMatch(
    error.message,
    /^reading the view "aq_dev\.high": referenced column "pm25_avg" not found in FROM clause \(line 2, column 3\)$/,
  );
  const listed = (await lake.json("SHOW TABLES")).map(({ database, name }) => `${database}.${name}`);
  assertEquals(listed.length, 5);
  assert(!listed.includes("aq_dev.high"));
  assertEquals(lake.warnings.length, 2);
  assertMatch(lake.warnings[0]!, /^reading the view "aq_dev\.(?:high|again)": .*; it is left out$/);
});

Deno.test("a table that a view's own WITH shadows has its rows", async () => {
  await using lake = await QueriedLake.open();
  await lake.define(
    view("aq_dev", "high", "WITH vietnam AS (SELECT pm25 FROM vietnam) SELECT * FROM vietnam"),
  );
  assertEquals(await lake.json("SELECT count(*) AS n FROM aq_dev.high"), [{ n: 2 }]);
});

Deno.test("the parsed statement decides how an answer is shown", async () => {
  await using lake = await QueriedLake.open();
  const cells = await lake.text("SELECT e'first\\nsecond' AS a, 'other' AS b", "table");
  assertEquals(cells.split("\n")[2], "first\\nsecond  other");
  const plan = await lake.text("EXPLAIN SELECT chr(27) || 'x'", "table");
  assertMatch(plan, /PROJECTION/);
  assert(plan.split("\n").length > 5 && !plan.includes("\x1b"), plan);
  const json = await lake.text("EXPLAIN (FORMAT json) SELECT 1", "table");
  assertEquals(JSON.parse(json)[0].name, "PROJECTION");
});

Deno.test("control characters reach a terminal as escapes, and are carried whole by the other formats", async () => {
  await using lake = await QueriedLake.open();
  const text = "SELECT concat(chr(27), '[31m', chr(155), chr(10), chr(8238)) AS \"a\x1bb\"";
  const value = "\x1b[31m\x9b\n\u202e";
  const table = await lake.text(text, "table");
  assertEquals([table.split("\n")[0], table.split("\n")[2]], ["a\\u001bb", "\\u001b[31m\\u009b\\n\\u202e"]);
  const json = await lake.text(text, "json");
  assertEquals(JSON.parse(json), [{ "a\x1bb": value }]);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(json), json);
  assertEquals(await lake.text(text, "csv"), `a\x1bb\r\n"${value}"\r\n`);
  assertEquals(
    await lake.text(text, "csv", { terminal: true }),
    "a\\u001bb\r\n\\u001b[31m\\u009b\\n\\u202e\r\n",
  );
  const error = await lake.text("SELECT (chr(27) || 'x')::INT", "json").catch((error) => error);
  assertMatch(error.message, /'\\u001bx'/);
});

Deno.test("an answer that takes too long, or too much memory, ends in one line", async () => {
  await using lake = await QueriedLake.open();
  const endless = "SELECT count(*) FROM range(1000000000000) a, range(1000) b";
  await assertRejects(
    () => lake.text(endless, "json", { limits: { ...LIMITS, timeout: 200 } }),
    Error,
    "running the statement: found no end after 0.2 s, wanted less; --timeout SECONDS allows more",
  );
  for (const format of ["json", "csv", "table", "arrow", "parquet"] as const) {
    await assertRejects(
      () =>
        lake.bytes("SELECT * FROM range(1000000000000)", format, {
          limits: { ...LIMITS, timeout: 200, rows: 1e9 },
        }),
      Error,
      "found no end after 0.2 s",
      `a part of an answer as ${format} must not pass for the whole`,
    );
  }
  await assertRejects(
    () => lake.text(endless, "json", { limits: { ...LIMITS, memory: 20e6 } }),
    Error,
    "running the statement: found more than 20 MB of memory in use, wanted less; --memory MB allows more",
  );
  await assertRejects(
    () => lake.text("SELECT list(r.range) FROM range(3000000) r", "json"),
    Error,
    "writing the answer: found a cell of 2000000 values or more, wanted rows; UNNEST makes them",
  );
  await assertRejects(
    () => lake.text("SELECT {a: [list(r.range)]} FROM range(3000000) r", "arrow"),
    Error,
    "found a cell of 2000000 values or more",
  );
});
