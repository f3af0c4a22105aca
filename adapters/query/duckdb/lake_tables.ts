import type { Column, Definition, TableDefinition } from "../../../core/mod.ts";
import { identifier, list, literal, packing, pattern } from "../../sdk/duckdb/text.ts";
import { duckdbType, emptyTable, STORED_TIMESTAMP } from "../../sdk/duckdb/types.ts";

/** The statement that makes a table of the catalog as a view over files, by their local paths. */
export function viewOverFiles(table: TableDefinition, files: readonly string[]): string {
  return `CREATE VIEW ${target(table)} AS ${rowsOf(table, files)}`;
}

/** The name of a table or view as statements write it. */
export function target({ database, name }: Definition): string {
  return `${identifier(database)}.${identifier(name)}`;
}

/** The rows of a table: its columns in the contract's order and types, those of the path last; none without files. */
function rowsOf(table: TableDefinition, files: readonly string[]): string {
  const columns = [...table.columns, ...table.partitionColumns];
  if (files.length === 0) return emptyTable(columns);
  const hive = table.partitionColumns.length === 0
    ? "hive_partitioning = false"
    : `hive_partitioning = true, hive_types = {${typed(table.partitionColumns)}}`;
  if (table.format === "parquet") {
    return `SELECT ${columns.map(stored).join(", ")} FROM read_parquet(${listOf(files)}, ${hive})`;
  }
  const format = table.format === "ndjson" ? "newline_delimited" : "array";
  const options = `${hive}, ${packing(files)}, format = '${format}', columns = {${typed(table.columns)}}`;
  return `SELECT ${columns.map(({ name }) => identifier(name)).join(", ")} FROM read_json(${
    listOf(files)
  }, ${options})`;
}

/** A list of many texts: one literal is parsed far faster than thousands. */
function listOf(paths: readonly string[]): string {
  const files = paths.map(pattern);
  if (files.some((path) => path.includes("\n"))) return list(files);
  return `string_split(${literal(files.join("\n"))}, chr(10))`;
}

function typed(columns: readonly Column[]): string {
  return columns.map(({ name, type }) => `${identifier(name)}: '${duckdbType(type)}'`).join(", ");
}

function stored({ name, type }: Column): string {
  const column = identifier(name);
  if (type !== "timestamp") return `${column}::${duckdbType(type)} AS ${column}`;
  return `${column}::${STORED_TIMESTAMP} AT TIME ZONE 'UTC' AS ${column}`;
}
