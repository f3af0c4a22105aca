import { type DuckDBDataChunk, type DuckDBResult, DuckDBTypeId } from "duckdb";
import { visible } from "../../../core/visible.ts";
import { cellOf } from "./cell.ts";
import { textValue } from "./json_value.ts";

const WIDEST = 60;
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

/** Aligned columns, numbers to the right; long answers are cut, and say so. */
export async function* textTable(
  names: readonly string[],
  result: DuckDBResult,
  chunks: AsyncIterable<DuckDBDataChunk>,
  most: number,
): AsyncGenerator<string> {
  const heads = names.map(visible);
  const rows: string[][] = [];
  let total = 0;
  for await (const chunk of chunks) {
    const columns = names.map((_, i) => chunk.getColumnVector(i));
    const take = Math.min(chunk.rowCount, most - rows.length);
    for (let row = 0; row < take; row++) {
      rows.push(columns.map((column) => short(visible(textValue(cellOf(column, row))))));
    }
    total += chunk.rowCount;
    if (total > Math.max(COUNTED, most)) break;
  }
  const right = names.map((_, i) => NUMBERS.has(result.columnTypeId(i)));
  const widths = heads.map((head, i) =>
    rows.reduce((most, row) => Math.max(most, width(row[i]!)), width(head))
  );
  const line = (cells: readonly string[]) =>
    cells.map((text, i) => pad(text, widths[i]!, right[i]!)).join("  ").trimEnd();
  yield `${line(heads)}\n${widths.map((each) => "─".repeat(each)).join("  ")}\n`;
  if (rows.length > 0) yield `${rows.map(line).join("\n")}\n`;
  yield `${summary(rows.length, total)}\n`;
}

function summary(shown: number, total: number): string {
  if (total === shown) return `${shown} ${shown === 1 ? "row" : "rows"}`;
  const all = total > COUNTED ? `more than ${COUNTED}` : `${total}`;
  return `${shown} of ${all} rows: --rows N shows more, --format csv writes all`;
}

function short(text: string): string {
  return width(text) <= WIDEST ? text : `${Array.from(text).slice(0, WIDEST - 1).join("")}…`;
}

function pad(text: string, to: number, right: boolean): string {
  const space = " ".repeat(to - width(text));
  return right ? space + text : text + space;
}

function width(text: string): number {
  return Array.from(text).length;
}
