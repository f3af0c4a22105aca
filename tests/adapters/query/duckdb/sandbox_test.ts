import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RefusedError } from "../../../../core/mod.ts";
import { tableDefinition } from "../../../../assets/table/catalog.ts";
import { MART } from "../../../../assets/vietnam/contract.ts";
import { DAY, QueriedLake, view } from "./queried_lake.ts";

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
  "SELECT name FROM (SHOW ALL TABLES)",
  "SHOW aq_dev.vietnam",
  "SUMMARIZE aq_dev.vietnam",
  "EXPLAIN SELECT * FROM aq_dev.vietnam",
  "explain analyze select 1",
  "/* why */ EXPLAIN -- this\nSELECT 1",
  "EXPLAIN (FORMAT json) SELECT * FROM aq_dev.vietnam",
  "explain (analyze, format /* as */ json) select 1",
  "EXPLAIN (ANALYZE) SELECT 1",
  "EXPLAIN SHOW TABLES",
  "SELECT 'x--y', 'a;b', '/* c */', $$--$$ -- ; the end",
  "SELECT 1 /* a /* nested */ comment */;\n-- and more",
  "WITH a AS (SELECT 1), b AS (FROM a) FROM b",
  "SELECT * FROM AQ_DEV.Vietnam",
  "SELECT * FROM (PIVOT aq_dev.vietnam ON city IN ('Hanoi') USING sum(pm25))",
];

Deno.test("reading statements run", async () => {
  await using lake = await QueriedLake.open();
  for (const statement of READING) {
    const answer = await lake.text(statement, "json").catch((error) => error);
    assert(typeof answer === "string", `${statement}: ${answer}`);
    if (/^\W*(?:why \*\/ )?EXPLAIN/i.test(statement)) continue;
    const bytes = await lake.bytes(statement, "parquet").catch((error) => error);
    assert(bytes instanceof Uint8Array, `as Parquet: ${statement}: ${bytes}`);
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
  "EXPLAIN (ANALYZE) COPY (SELECT 1) TO 'LAKE/out.csv'",
  "EXPLAIN (FORMAT json) SELECT 1; COPY (SELECT 1) TO 'LAKE/out.csv'",
  "EXPLAIN (FORMAT json, COPY) SELECT 1",
  "EXPLAIN (FORMAT 'json') SELECT * FROM read_text('/etc/passwd')",
  "/* /* */ EXPLAIN */ ANALYZE COPY (SELECT 1) TO 'LAKE/out.csv'",
  "SELECT 1 /* */; COPY (SELECT 1) TO 'LAKE/out.csv' --",
  "SELECT 1) TO 'LAKE/out.csv'; SELECT (1",
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
  "SELECT ?",
  "SELECT $name",
  "WITH a AS (SELECT * FROM a) SELECT * FROM a",
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
    assert(error instanceof RefusedError, `${statement}: ${error}`);
    assert(!error.message.includes("\n"), error.message);
  }
  const left = Array.from(Deno.readDirSync(root), ({ name }) => name).sort();
  assertEquals(left.filter((name) => name.startsWith("out")), []);
});

Deno.test("a forged table is refused alone, and named; the others go on", async () => {
  await using lake = await QueriedLake.open();
  const { root } = lake.lake;
  const evil = `x" FROM range(1); COPY (SELECT 1) TO '${root}/out.csv'; --`;
  const location = "aq_dev/marts/vietnam";
  const table = tableDefinition(MART, { database: "aq_dev", name: "forged", format: "parquet", location });
  const [first, ...others] = table.columns;
  const forged = [
    { ...table, columns: [{ ...first, type: evil }, ...others] },
    { ...table, location: "../.." },
    { ...table, database: `aq_dev"; COPY (SELECT 1) TO '${root}/out.csv'; --` },
  ];
  for (const each of forged) {
    await lake.write("aq_dev", "forged", JSON.stringify(each));
    assertEquals(await lake.json("SELECT count(*) AS n FROM aq_dev.vietnam"), [{ n: 2 }]);
    assertMatch(lake.warnings.pop()!, /^reading "_catalog\/aq_dev\/forged\.json": found .*; it is left out$/);
    await lake.text("SHOW ALL TABLES", "json");
    assertMatch(lake.warnings.pop()!, /forged\.json/);
    await assertRejects(() => lake.text("FROM aq_dev.forged", "json"), Error, "forged.json");
  }
  assertEquals(
    Array.from(Deno.readDirSync(root), ({ name }) => name).filter((name) => name === "out.csv"),
    [],
  );
});

Deno.test("a name of any characters is a name", async () => {
  await using lake = await QueriedLake.open();
  const evil = `x" FROM range(1); COPY (SELECT 1) TO '${lake.lake.root}/out.csv'; --`;
  const [first, ...others] = MART.columns;
  const columns = [{ ...first!, name: evil }, ...others];
  const place = { database: "aq_dev", name: "forged", format: "parquet", location: "aq_forged" } as const;
  await lake.define(tableDefinition({ ...MART, columns }, place));
  const [column] = await lake.json("DESCRIBE aq_dev.forged");
  assertEquals(column!.column_name, evil);
  assertEquals(await lake.json("SELECT count(*) AS n FROM aq_dev.vietnam"), [{ n: 2 }]);
});

Deno.test("a forged view reaches no file and no setting", async () => {
  await using lake = await QueriedLake.open();
  const { root } = lake.lake;
  for (
    const statement of [
      "SELECT * FROM read_text('/etc/passwd')",
      "SELECT 1; COPY (SELECT 1) TO 'LAKE/out.csv'",
      "COPY (SELECT 1) TO 'LAKE/out.csv'",
      "SELECT getenv('HOME') AS home",
      "SELECT * FROM '/etc/passwd'",
      "FROM forged",
      "FROM through",
    ]
  ) {
    await lake.define(view("aq_dev", "forged", statement.replace("LAKE", root)));
    await lake.define(view("aq_dev", "through", "FROM forged"));
    assertEquals(await lake.json("SELECT count(*) AS n FROM aq_dev.high"), [{ n: 1 }]);
    const error = await lake.text("FROM aq_dev.through", "json").catch((error) => error);
    assertMatch(error.message, /^reading the view "aq_dev\.(?:forged|through)": /);
    assert(!(error instanceof RefusedError));
  }
  assertEquals(
    Array.from(Deno.readDirSync(root), ({ name }) => name).filter((name) => name === "out.csv"),
    [],
  );
});
