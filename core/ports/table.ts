/** A column's type, in Arrow's terms; `timestamp` is microseconds in UTC. */
export type ColumnType = "bool" | "int32" | "int64" | "float64" | "utf8" | "date32" | "timestamp";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** How the rows of a table's files are written. */
export type FileFormat = "parquet" | "ndjson" | "json" | "csv";
