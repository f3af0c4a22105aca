/** A column's type, in Arrow's terms; `timestamp` is microseconds in UTC. */
export type ColumnType = "bool" | "int32" | "int64" | "float64" | "utf8" | "date32" | "timestamp";

/** A column of a table or a file. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** A column, and what its values are. */
export interface DeclaredColumn extends Column {
  /** Of its numbers, for people. */
  readonly unit?: string;
  /** Its smallest and its largest plausible value; both may occur. */
  readonly limits?: readonly [least: number, most: number];
}

/** A table's columns, in order: those in its files, and those that only the path carries. */
export interface TableColumns {
  readonly columns: readonly DeclaredColumn[];
  readonly partitionColumns: readonly Column[];
  /** The columns that no two rows of a file share. */
  readonly key?: readonly string[];
  /** The columns by which each file is sorted. */
  readonly sort?: readonly string[];
}

/** How the rows of a table's files are written. */
export type FileFormat = "parquet" | "ndjson" | "json" | "csv";
