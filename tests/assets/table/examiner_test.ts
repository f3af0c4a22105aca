import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ContentSum,
  contentVersion,
  doubleField,
  field,
  timestampField,
} from "../../../assets/content_hash.ts";
import { type Contract, optional, required } from "../../../assets/table/contract.ts";
import { TableExaminer } from "../../../assets/table/examiner.ts";
import { TestLake } from "../vietnam/lake.ts";

const signal = new AbortController().signal;

/** A contract of every type, without a key and without an order. */
const PLAIN: Contract = {
  columns: [
    required("at", "timestamp"),
    optional("day", "date32"),
    optional("n", "int64"),
    optional("small", "int32"),
    optional("is so", "bool"),
    optional('a "text"', "utf8"),
    optional("x", "float64"),
  ],
  partitionColumns: [required("year", "utf8", { of: 'year("at")' })],
  watch: { column: "x", above: 0.5, by: 'a "text"' },
};

async function factsOf(lake: TestLake, contract: Contract, statement: string) {
  const file = await lake.writeParquet(`_staging/${crypto.randomUUID()}.parquet`, statement);
  const [found] = await new TableExaminer(contract).examine(lake.engine, [{ ...file, staged: true }], signal);
  if (found === undefined || !("facts" in found)) throw new Error(JSON.stringify(found));
  return found.facts;
}

Deno.test("facts of a table of every type are those computed apart", async () => {
  await using lake = await TestLake.open();
  const rows = fc.record({
    at: fc.integer({ min: 0, max: 2_000_000_000 }).map((second) => second * 1000),
    day: fc.option(fc.integer({ min: -100_000, max: 100_000 })),
    n: fc.option(fc.integer({ min: -(2 ** 52), max: 2 ** 52 })),
    small: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    is: fc.option(fc.boolean()),
    text: fc.option(fc.string({ unit: fc.constantFrom("a", "'", '"', "~", ":", "ố", "🌫") })),
    x: fc.option(fc.oneof(
      fc.double({ min: -1e25, max: 1e25, noNaN: true }),
      fc.constantFrom(0, -0, 9.3e12, -9.3e12, 1e18, 0.5e-6),
    )),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 12 }), async (rows) => {
      const selects = rows.map(({ at, day, n, small, is, text, x }) =>
        `SELECT make_timestamptz(${at}000) AS at, (DATE '1970-01-01' + (${
          day ?? "NULL"
        })::INTEGER) AS day, ` +
        `(${n ?? "NULL"})::BIGINT AS n, (${small ?? "NULL"})::INTEGER AS small, ${
          is ?? "NULL"
        }::BOOLEAN AS "is so", ` +
        `${text === null ? "NULL" : `'${text.replaceAll("'", "''")}'`}::VARCHAR AS "a ""text""", ` +
        `${x === null ? "NULL" : `'${x}'`}::DOUBLE AS x`
      );
      const facts = await factsOf(lake, PLAIN, selects.join(" UNION ALL "));
      const sum = new ContentSum();
      for (const { at, day, n, small, is, text, x } of rows) {
        sum.add(
          timestampField(at) + field(day) + field(n) + field(small) + field(is) + field(text) +
            doubleField(x),
        );
      }
      const years = rows.map(({ at }) => new Date(at).getUTCFullYear());
      const above: Record<string, number> = {};
      for (const { text, x } of rows) {
        if (text !== null && x !== null && x > 0.5) above[text] = Math.max(x, above[text] ?? x);
      }
      const nulls = (values: unknown[]) => values.filter((value) => value === null).length;
      assertEquals(facts, {
        rows: rows.length,
        dataVersion: contentVersion(PLAIN.columns, sum),
        path: { year: [String(Math.min(...years)), String(Math.max(...years))] },
        nullRequired: 0,
        duplicates: 0,
        unsorted: 0,
        beyond: Object.fromEntries(PLAIN.columns.map(({ name }) => [name, 0])),
        nulls: {
          at: 0,
          day: nulls(rows.map(({ day }) => day)),
          n: nulls(rows.map(({ n }) => n)),
          small: nulls(rows.map(({ small }) => small)),
          "is so": nulls(rows.map(({ is }) => is)),
          'a "text"': nulls(rows.map(({ text }) => text)),
          x: nulls(rows.map(({ x }) => x)),
        },
        above,
      });
    }),
    { numRuns: 60 },
  );
});

Deno.test("doubles that no integer holds have a version of their own each", async () => {
  await using lake = await TestLake.open();
  const contract = { columns: [optional("x", "float64")], partitionColumns: [] };
  const values = ["1e40", "2e40", "-1e40", "1e300", "nan", "inf", "-inf"];
  const versions = [];
  for (const value of [...values.map((each) => `'${each}'`), "NULL"]) {
    versions.push((await factsOf(lake, contract, `SELECT ${value}::DOUBLE AS x`)).dataVersion);
  }
  assertEquals(new Set(versions).size, values.length + 1);
});

Deno.test("what is no number, or has no bound, is above no level", async () => {
  await using lake = await TestLake.open();
  const contract: Contract = {
    columns: [optional("x", "float64"), optional("at", "utf8")],
    partitionColumns: [],
    watch: { column: "x", above: 1, by: "at" },
  };
  const values = [["'nan'", "'a'"], ["'inf'", "'a'"], ["1", "'b'"], ["2", "NULL"], ["1.5", "'c'"]];
  const statement = values.map(([x, at]) => `SELECT ${x}::DOUBLE AS x, ${at}::VARCHAR AS at`);
  assertEquals((await factsOf(lake, contract, statement.join(" UNION ALL "))).above, { c: 1.5 });
});

const ORDERED = `FROM (VALUES (1, 'a', 5), (1, 'b', 5), (2, 'a', 5), (2, 'a', 6)) AS t(k, l, v)`;

function keyed(rules: Pick<Contract, "key" | "sort">): Contract {
  return {
    columns: [required("k", "int32"), optional("l", "utf8"), optional("v", "int32", { limits: [0, 5] })],
    partitionColumns: [],
    ...rules,
  };
}

Deno.test("rows of one key are counted, whether or not they are neighbours", async () => {
  await using lake = await TestLake.open();
  const orders = [[], ["k"], ["v"], ["k", "l"], ["l", "k"], ["l", "k", "v"]];
  for (const sort of orders) {
    const facts = await factsOf(
      lake,
      keyed({ key: ["k", "l"], sort }),
      `${ORDERED} ORDER BY ${sort.join(", ") || "1"}`,
    );
    assertEquals([facts.rows, facts.duplicates, facts.unsorted, facts.beyond.v], [4, 1, 0, 1], sort.join());
  }
});

Deno.test("rows out of order are counted by all columns of the order", async () => {
  await using lake = await TestLake.open();
  const unsorted = async (sort: string[], order: string) =>
    (await factsOf(lake, keyed({ sort }), `${ORDERED} ORDER BY ${order}`)).unsorted;
  assertEquals(await unsorted(["k", "l", "v"], "k, l, v DESC"), 1);
  assertEquals(await unsorted(["k", "l", "v"], "k DESC, l, v"), 1);
  assertEquals(await unsorted(["l", "k"], "k, l, v"), 1);
  assertEquals(await unsorted(["v"], "k, l, v"), 0);
});

Deno.test("a column that is never null and is", async () => {
  await using lake = await TestLake.open();
  const facts = await factsOf(lake, keyed({}), "SELECT NULL::INTEGER AS k, NULL::VARCHAR AS l, 9 AS v");
  assertEquals([facts.nullRequired, facts.nulls.l, facts.beyond.v], [1, 1, 1]);
});

Deno.test("files of many rows are compared row by row, in whatever order their parts are read", async () => {
  await using lake = await TestLake.open();
  const [rows, step] = [300_000, 960];
  const statement = `SELECT (i - if(i % ${step} = 0, 2, 0))::INTEGER AS k, 'a' AS l, 1::INTEGER AS v
    FROM range(${rows}) AS t(i) ORDER BY i`;
  const files = await Promise.all(
    ["a", "b", "c"].map((name) => lake.writeParquet(`_staging/${name}.parquet`, statement)),
  );
  const examiner = new TableExaminer(keyed({ key: ["k"], sort: ["k"] }));
  const found = await examiner.examine(
    lake.engine,
    files.map((file) => ({ ...file, staged: false })),
    signal,
  );
  for (const each of found) {
    if (!("facts" in each)) throw new Error(each.reason);
    assertEquals([each.facts.unsorted, each.facts.duplicates], [Math.floor((rows - 1) / step), 0]);
  }
});

Deno.test("an infinite time is no null", async () => {
  await using lake = await TestLake.open();
  const contract: Contract = { columns: [required("at", "timestamp")], partitionColumns: [] };
  const { nullRequired, nulls } = await factsOf(lake, contract, "SELECT 'infinity'::TIMESTAMPTZ AS at");
  assertEquals([nullRequired, nulls], [0, { at: 0 }]);
});
