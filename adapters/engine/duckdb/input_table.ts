import type { Column, FileFormat, InputTable, Program } from "../../../core/mod.ts";
import { below } from "../../sdk/files/place.ts";
import { identifier, list, literal, packing, pattern } from "../../sdk/duckdb/text.ts";
import { duckdbType, emptyTable } from "../../sdk/duckdb/types.ts";
import { CSV_PLACE, csvStatement } from "./csv_table.ts";

/** The columns that tables of files have beside their own. */
const PLACE: Readonly<Record<FileFormat, readonly Column[]>> = {
  parquet: [
    { name: "file", type: "utf8", nullable: false },
    { name: "file_row", type: "int64", nullable: false },
  ],
  csv: CSV_PLACE,
  ndjson: [],
  json: [],
};

/** The names of a table's columns, as programs see them. */
export function inputColumns(table: InputTable): string[] {
  const place = "rows" in table ? [] : PLACE[table.format];
  return [...table.columns, ...place].map(({ name }) => name);
}

/** Where files that were packed are read, by their own paths. */
export type UnpackedPaths = ReadonlyMap<string, string>;

/**
 * A program's statement over its inputs, whose files lie below the local folder `root`. The inputs are common table
 * expressions, not views: a view would look for each of its files once more.
 */
export function overInputs(
  root: string,
  { inputs }: Program,
  statement: string,
  unpacked: UnpackedPaths,
): string {
  const tables = Object.entries(inputs).map(([name, table]) =>
    `${identifier(name)} AS (${inputStatement(root, table, unpacked)})`
  );
  return `${tables.length === 0 ? "" : `WITH ${tables.join(", ")} `}SELECT * FROM (${
    plainStatement(statement)
  }\n)`;
}

/** A statement without what may end it. */
export function plainStatement(statement: string): string {
  return statement.trim().replace(/;$/, "");
}

/** The statement that reads one input. */
export function inputStatement(root: string, table: InputTable, unpacked: UnpackedPaths): string {
  if ("rows" in table) return rowsStatement(table.columns, table.rows);
  const files = table.files.map(({ ref }) => pattern(below(root, ref.path)));
  if (files.length === 0) return emptyTable([...table.columns, ...PLACE[table.format]]);
  switch (table.format) {
    case "csv":
      return csvStatement(root, table.columns, table.files, unpacked);
    case "parquet":
      return `SELECT ${table.columns.map(stored).join(", ")}, ${
        [`filename[${Array.from(root).length + 2}:] AS file`, "file_row_number AS file_row"].join(", ")
      } FROM read_parquet(${
        list(files)
      }, filename = true, file_row_number = true, hive_partitioning = false)`;
    case "ndjson":
    case "json":
      return `SELECT * FROM read_json(${list(files)}, ${packing(files)}, format = '${
        table.format === "json" ? "array" : "newline_delimited"
      }', columns = {${
        table.columns.map(({ name, type }) => `${identifier(name)}: '${duckdbType(type)}'`).join(", ")
      }})`;
  }
}

/**
 * Stored timestamps carry their zone; in statements they are plain UTC. DuckDB asks its calendar of time zones for each
 * value that it converts: only infinite ones, which have no microseconds, need it.
 */
function stored({ name, type }: Column): string {
  const column = identifier(name);
  if (type !== "timestamp") return column;
  const zoned = `${column}::TIMESTAMPTZ`;
  return `coalesce(make_timestamp(epoch_us(${zoned})), ${zoned} AT TIME ZONE 'UTC') AS ${column}`;
}

function rowsStatement(columns: readonly Column[], rows: readonly Readonly<Record<string, unknown>>[]) {
  if (rows.length === 0) return emptyTable(columns);
  const value = (row: Readonly<Record<string, unknown>>, { name, type }: Column) => {
    const given = row[name] ?? null;
    return given === null ? "NULL" : `${literal(String(given))}::${duckdbType(type)}`;
  };
  const tuples = rows.map((row) => `(${columns.map((column) => value(row, column)).join(", ")})`);
  return `SELECT * FROM (VALUES ${tuples.join(", ")}) AS t(${
    columns.map(({ name }) => identifier(name)).join(", ")
  })`;
}
