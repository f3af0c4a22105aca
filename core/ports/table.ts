/** A column's type, in Arrow's terms; `timestamp` is microseconds in UTC. */
export type ColumnType = "bool" | "int32" | "int64" | "float64" | "utf8" | "date32" | "timestamp";

/** A column of a table or a file. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** A table's columns, in order: those in its files, and those that only the path carries. */
export interface TableColumns {
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly Column[];
}

/** How the rows of a table's files are written. */
export type FileFormat = "parquet" | "ndjson" | "json" | "csv";
