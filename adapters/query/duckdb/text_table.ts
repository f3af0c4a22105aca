import { type DuckDBDataChunk, type DuckDBResult, DuckDBTypeId } from "duckdb";
import { textValue } from "./json_value.ts";

/** The rows that a table for people shows. */
const SHOWN = 1000;
const WIDEST = 60;

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
): AsyncGenerator<string> {
  const rows: string[][] = [];
  let more = 0;
  for await (const chunk of chunks) {
    const columns = names.map((_, i) => chunk.getColumnVector(i));
    const take = Math.min(chunk.rowCount, SHOWN - rows.length);
    for (let row = 0; row < take; row++) {
      rows.push(columns.map((column) => cell(textValue(column.getItem(row)))));
    }
    more += chunk.rowCount - take;
  }
  // The plan of an EXPLAIN is drawn over several lines.
  if (rows.some((row) => row.some((text) => text.includes("\n")))) {
    return yield rows.map((row) => row.at(-1)).join("\n");
  }
  const right = names.map((_, i) => NUMBERS.has(result.columnTypeId(i)));
  const widths = names.map((name, i) => Math.max(width(name), ...rows.map((row) => width(row[i]!))));
  const line = (cells: readonly string[]) =>
    cells.map((text, i) => pad(text, widths[i]!, right[i]!)).join("  ").trimEnd();
  yield `${line(names)}\n${widths.map((each) => "─".repeat(each)).join("  ")}\n`;
  if (rows.length > 0) yield `${rows.map(line).join("\n")}\n`;
  yield more > 0
    ? `${rows.length} of ${rows.length + more} rows\n`
    : `${rows.length} ${rows.length === 1 ? "row" : "rows"}\n`;
}

function cell(text: string): string {
  return text.includes("\n") || width(text) <= WIDEST
    ? text
    : `${Array.from(text).slice(0, WIDEST - 1).join("")}…`;
}

function pad(text: string, to: number, right: boolean): string {
  const space = " ".repeat(to - width(text));
  return right ? space + text : text + space;
}

function width(text: string): number {
  return Array.from(text).length;
}
