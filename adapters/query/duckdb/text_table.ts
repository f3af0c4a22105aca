import { type DuckDBDataChunk, type DuckDBResult, DuckDBTypeId } from "duckdb";
import { visible } from "../../../core/mod.ts";
import { cellOf } from "./cell.ts";
import { fitted } from "./fitted.ts";
import { shownValue } from "./json_value.ts";

/** Rows beyond those that are shown are counted up to here. */
const COUNTED = 1_000_000;

const NUMBERS: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);

/** Digits that every number of the type keeps. */
const FLOAT_DIGITS = 6, DOUBLE_DIGITS = 15;

export interface TextTableOptions {
  /** At most so many rows. */
  readonly most: number;
  /** Of the whole table, in characters. */
  readonly width: number;
}

/** Aligned columns, numbers to the right; answers that are too long or too wide are cut, and say so. */
export async function* textTable(
  names: readonly string[],
  result: DuckDBResult,
  chunks: AsyncIterable<DuckDBDataChunk>,
  { most, width }: TextTableOptions,
): AsyncGenerator<string> {
  const digits = names.map((_, i) =>
    result.columnTypeId(i) === DuckDBTypeId.FLOAT ? FLOAT_DIGITS : DOUBLE_DIGITS
  );
  const rows: string[][] = [];
  let total = 0;
  for await (const chunk of chunks) {
    const columns = names.map((_, i) => chunk.getColumnVector(i));
    const take = Math.min(chunk.rowCount, most - rows.length);
    for (let row = 0; row < take; row++) {
      rows.push(columns.map((column, i) => visible(shownValue(cellOf(column, row), digits[i]!))));
    }
    total += chunk.rowCount;
    if (total > Math.max(COUNTED, most)) break;
  }
  const right = names.map((_, i) => NUMBERS.has(result.columnTypeId(i)));
  const { lines, left } = fitted({ heads: names.map(visible), rows, right }, width);
  yield `${lines.join("\n")}\n`;
  if (left.length > 0) yield `${leftOut(left)}\n`;
  yield `${summary(rows.length, total)}\n`;
}

function leftOut(names: readonly string[]): string {
  const what = names.length === 1 ? "1 column" : `${names.length} columns`;
  return `${what} left out: ${names.join(", ")}; a wider terminal shows more, --format csv all`;
}

function summary(shown: number, total: number): string {
  if (total === shown) return `${shown} ${shown === 1 ? "row" : "rows"}`;
  const all = total > COUNTED ? `more than ${COUNTED}` : `${total}`;
  return `${shown} of ${all} rows: --rows N shows more, --format csv writes all`;
}
