import { assertEquals, assertMatch } from "@std/assert";
import { DuckDBBinder } from "../../../../adapters/query/duckdb/binder.ts";
import { QueriedLake, view } from "./queried_lake.ts";

/** The fault of a view of `aq_dev` by this statement. */
async function fault(lake: QueriedLake, statement: string, name = "tried") {
  const binder = new DuckDBBinder({ catalog: lake.catalog, workspace: lake.lake.storage.workspace });
  return await binder.bind(view("aq_dev", name, statement) as never, new AbortController().signal);
}

Deno.test("a view that can be read has no fault", async () => {
  await using lake = await QueriedLake.open();
  for (
    const statement of [
      "SELECT city, avg(pm25) AS mean FROM vietnam GROUP BY city",
      "SELECT * FROM again JOIN high ON true",
      "WITH vietnam AS (SELECT * FROM vietnam) SELECT pm25 FROM vietnam; -- the end",
      "SELECT n.city FROM aq_prod.vietnam n",
    ]
  ) assertEquals(await fault(lake, statement), undefined, statement);
  assertEquals(await fault(lake, "SELECT pm25 FROM vietnam", "high"), undefined, "it may replace itself");
});

Deno.test("a fault is told with its line and column", async () => {
  await using lake = await QueriedLake.open();
  assertEquals(await fault(lake, "SELECT pm25_avg FROM vietnam"), {
    message: 'referenced column "pm25_avg" not found in FROM clause',
    line: 1,
    column: 8,
  });
  assertEquals(await fault(lake, "-- Nồng độ µg/m³\nSELECT city,\n  nothing(pm25) FROM vietnam"), {
    message: "scalar Function with name nothing does not exist",
    line: 3,
    column: 3,
  });
  assertEquals(await fault(lake, "SELECT 1,\nFROM WHERE vietnam"), {
    message: 'parsing the statement: syntax error at or near "WHERE"',
    line: 2,
    column: 6,
  });
});

Deno.test("a view may not write, reach out, lack a value or read what is not there", async () => {
  await using lake = await QueriedLake.open();
  for (
    const [statement, found] of [
      ["COPY vietnam TO 'x.csv'", /^running the statement: found COPY, wanted one SELECT/],
      ["SELECT * FROM read_csv('/etc/passwd')", /^calling "read_csv"/],
      ["SELECT ?", /found a parameter/],
      ["SELECT 1; SELECT 2", /found 2 statements/],
      ["EXPLAIN SELECT 1", /syntax error at or near "EXPLAIN"/],
      ["SELECT * FROM nowhere", /^it reads "aq_dev\.nowhere", which is not there$/],
      ["SELECT * FROM tried", /^it reads itself, through "aq_dev\.tried"$/],
    ] as const
  ) assertMatch((await fault(lake, statement))!.message, found, statement);
});

Deno.test("a fault of a view that is read is told with that view's name", async () => {
  await using lake = await QueriedLake.open();
  await lake.define(view("aq_dev", "high", "SELECT nothing FROM vietnam"));
  const found = await fault(lake, "SELECT * FROM again");
  assertMatch(found!.message, /^reading the view "aq_dev\.high": referenced column "nothing" not found/);
  assertEquals(found!.line, undefined);
  await lake.write("aq_dev", "high", "garbage");
  assertMatch((await fault(lake, "SELECT * FROM high"))!.message, /^reading "_catalog\/aq_dev\/high\.json"/);
});
