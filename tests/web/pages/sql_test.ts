import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { type AnswerColumn, BusyError, RequestError } from "../../../core/mod.ts";
import { drawnOf, seriesOf } from "../../../web/pages/sql/chart.ts";
import { lakeOfADay } from "./lake_of_a_day.ts";

const asked = (q: string) => `/sql?${new URLSearchParams({ q })}`;

Deno.test("a query is a link: its rows, a chart, and files of the same", async () => {
  await using made = await lakeOfADay();
  const empty = await made.get("/sql");
  assertEquals(empty.status, 200);
  assertMatch(empty.read, /The first rows of prod_db\.vietnam/);
  assertStringIncludes(empty.html, "q=SHOW+TABLES");

  const told = await made.get(
    asked(
      "SELECT NULL AS a, '' AS b, '<b>x</b>' AS c, chr(27) || '[2J' AS d, 0.1 + 0.2 AS e, 'a' AS \"<i>\"",
    ),
  );
  assertEquals(told.status, 200);
  assertMatch(told.read, /1 row, 6 columns, in \d/);
  assertMatch(told.read, /null "" <b>x<\/b> \\u001b\[2J 0\.3 a/);
  assert(!told.html.includes("\u001b") && !told.html.includes("<b>x") && !told.html.includes("<i>"));

  const hours = "SELECT city, datetime, pm25 FROM prod_db.vietnam WHERE city IN ('Hanoi', 'Hue')";
  const chart = await made.get(asked(hours));
  assertEquals(chart.html.match(/<path class="line l-/g)?.length, 4, "two lines, each in the legend, too");
  const file = await made.get(`/sql/answer.csv?${new URLSearchParams({ q: "SELECT 1 AS one" })}`);
  assertEquals([file.html, file.headers.get("content-disposition")], [
    "one\r\n1\r\n",
    'attachment; filename="answer.csv"',
  ]);
  const parquet = await made.request(`/sql/answer.parquet?${new URLSearchParams({ q: hours })}`);
  assertEquals(new TextDecoder().decode((await parquet.bytes()).slice(0, 4)), "PAR1");

  const many = await made.get(asked("SELECT range AS n FROM range(2000)"));
  assertMatch(many.read, /The first 1,000 rows, in/);
  assertEquals((await made.get(asked("SELECT 1 WHERE false"))).read.includes("answers no rows"), true);

  const wrong = await made.get(asked("SELECT 1,\n  nope FROM prod_db.vietnam"));
  assertMatch(
    wrong.read,
    /It was not answered .*referenced column "nope" not found in FROM clause \(line 2, column 3\)/,
  );
  const parsed = await made.get(asked("EXPLAIN SELECT <script>"));
  assertMatch(parsed.read, /syntax error at or near "[<>]" \(line 1, column \d+\)/);
  assert(!parsed.html.includes("<script>"));
  const undrawn = await made.get(`${asked("SELECT 1 AS one")}&y=two`);
  assertMatch(undrawn.read, /reading "y": found "two", wanted one of one/);
  const outside = await made.get(asked("SELECT * FROM '/etc/passwd'"));
  assertMatch(outside.read, /It was not answered/);
  assertEquals((await made.get("/sql/answer.csv?q=DROP")).status, 400);
  assertEquals((await made.get("/sql/answer.exe?q=SELECT+1")).status, 404);
});

Deno.test("where others are answered, one is told to ask again", async () => {
  await using made = await lakeOfADay();
  made.tables.ask = () =>
    Promise.reject(new BusyError("running the statement: found 2 others at work", 5_000));
  const { read } = await made.get(asked("SELECT 1"));
  assertMatch(read, /found 2 others at work .*ask again in a while/);
});

const columns: readonly AnswerColumn[] = [
  { name: "day", type: "DATE" },
  { name: "location_id", type: "INTEGER" },
  { name: "city", type: "VARCHAR" },
  { name: "pm25", type: "DOUBLE" },
  { name: "price", type: "DECIMAL(10,2)" },
];
const answer = (rows: readonly Readonly<Record<string, unknown>>[]) => ({
  columns,
  rows,
  more: false,
  size: 0,
});

Deno.test("a chart draws what is likely meant, or what is chosen", () => {
  const days = answer([
    { day: "2018-01-02", location_id: 1, city: "A", pm25: null, price: 1 },
    { day: "2018-01-01", location_id: 1, city: "A", pm25: 4, price: 2 },
  ]);
  const plain = drawnOf(days, new URLSearchParams());
  assertEquals(plain, { x: "day", y: ["pm25", "price"], by: undefined });
  const [pm25] = seriesOf(days.rows, plain!);
  assertEquals(pm25, {
    name: "pm25",
    points: [[Date.UTC(2018, 0, 1), 4], [Date.UTC(2018, 0, 2), null]],
  });
  const cities = answer([...days.rows, { ...days.rows[1]!, city: "B", pm25: 6 }]);
  const drawn = drawnOf(cities, new URLSearchParams());
  assertEquals([drawn?.y, seriesOf(cities.rows, { ...drawn!, by: "city" }).map(({ name }) => name)], [
    ["pm25"],
    ["A", "B"],
  ]);
  assertEquals(drawnOf(cities, new URLSearchParams("y=price&by=")), {
    x: "day",
    y: ["price"],
    by: undefined,
  });
  for (const asked of ["x=nope", "y=pm25&y=<b>", "by=pm25"]) {
    assertThrows(() => drawnOf(days, new URLSearchParams(asked)), RequestError, "wanted one of");
  }
  assertEquals(drawnOf(answer([]), new URLSearchParams()), undefined);
});
