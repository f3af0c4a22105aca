import type { Column, ColumnType } from "../../../core/mod.ts";
import { identifier } from "./text.ts";

/**
 * DuckDB's types. Timestamps are UTC: inside statements they are `TIMESTAMP`, as they are to Athena; Parquet files hold
 * them adjusted to UTC, which DuckDB calls `TIMESTAMP WITH TIME ZONE`.
 */
const TYPES: Readonly<Record<ColumnType, string>> = {
  bool: "BOOLEAN",
  int32: "INTEGER",
  int64: "BIGINT",
  float64: "DOUBLE",
  utf8: "VARCHAR",
  date32: "DATE",
  timestamp: "TIMESTAMP",
};

export function duckdbType(type: ColumnType): string {
  return TYPES[type];
}

export const STORED_TIMESTAMP = "TIMESTAMP WITH TIME ZONE";

/** The type in Arrow's terms of what a file stores as DuckDB's `stored`; DuckDB's own name for any other. */
export function columnType(stored: string): string {
  if (stored === STORED_TIMESTAMP) return "timestamp";
  const found = Object.entries(TYPES).find(([type, name]) => name === stored && type !== "timestamp");
  return found?.[0] ?? stored;
}

/** The empty table of these columns, as a statement. */
export function emptyTable(columns: readonly Column[]): string {
  return `SELECT ${
    columns.map(({ name, type }) => `NULL::${TYPES[type]} AS ${identifier(name)}`).join(", ")
  } WHERE false`;
}
