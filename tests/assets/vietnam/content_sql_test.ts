import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ContentSum,
  contentVersion,
  doubleField,
  field,
  timestampField,
} from "../../../assets/content_hash.ts";
import { MART } from "../../../assets/vietnam/contract.ts";
import { TestLake } from "./lake.ts";

type Cell = string | number | null;

/** A value of each of the contract's columns, as a tuple. */
function row(): fc.Arbitrary<Cell[]> {
  const text = fc.string({ unit: fc.constantFrom("a", ":", "~", "'", "µ", "ố", "🌫", "1", " ") });
  const double = fc.oneof(
    fc.double({ min: 0, max: 100_000, noNaN: true }),
    fc.constantFrom(0, -0, 0.5e-6, 1.0000005, 2.5e-6, 0.1 + 0.2, 99999.9999995, -12.345678),
  );
  const second = fc.integer({ min: 1_000_000_000, max: 2_000_000_000 }).map((each) => each * 1000);
  return fc.tuple(
    ...MART.columns.map(({ type, nullable }): fc.Arbitrary<Cell> => {
      const value: fc.Arbitrary<Cell> = type === "int32"
        ? fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
        : type === "utf8"
        ? text
        : type === "timestamp"
        ? second
        : double;
      return nullable ? fc.option(value) : value;
    }),
  );
}

function sqlValue(value: Cell, type: string): string {
  if (value === null) return "NULL";
  if (type === "utf8") return `'${String(value).replaceAll("'", "''")}'`;
  if (type === "timestamp") return `make_timestamptz(${Number(value)}000)`;
  return type === "float64" ? `'${Object.is(value, -0) ? "-0.0" : value}'::DOUBLE` : `${value}`;
}

const SQL_TYPES: Record<string, string> = {
  int32: "INTEGER",
  utf8: "VARCHAR",
  timestamp: "TIMESTAMPTZ",
  float64: "DOUBLE",
};

function canonical(cells: readonly Cell[]): string {
  return MART.columns.map(({ type }, i) => {
    const cell = cells[i]!;
    if (type === "float64") return doubleField(cell as number | null);
    if (type === "timestamp") return timestampField(cell as number | null);
    return field(cell);
  }).join("");
}

Deno.test("the statement's data version of a file is that of its rows, computed apart", async () => {
  await using lake = await TestLake.open();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(row(), { minLength: 1, maxLength: 20 }), async (rows) => {
      const names = MART.columns.map(({ name }) => name);
      const casts = MART.columns.map(({ name, type }) => `${name}::${SQL_TYPES[type]} AS ${name}`);
      const values = rows.map((cells) =>
        `(${cells.map((cell, i) => sqlValue(cell, MART.columns[i]!.type)).join(", ")})`
      );
      const file = await lake.writeParquet(
        `_staging/${++number}.parquet`,
        `SELECT ${casts.join(", ")} FROM (VALUES ${values.join(", ")}) AS t(${names.join(", ")})`,
      );
      const signal = new AbortController().signal;
      const [found] = await lake.examiner.examine(lake.engine, [{ ...file, staged: true }], signal);
      const sum = new ContentSum();
      for (const cells of rows) sum.add(canonical(cells));
      assertEquals(found && "facts" in found && found.facts.dataVersion, contentVersion(MART.columns, sum));
    }),
    { numRuns: 60 },
  );
});
