/** A column's type, in Arrow's terms; `timestamp` is microseconds in UTC. */
export type ColumnType = "bool" | "int32" | "int64" | "float64" | "utf8" | "date32" | "timestamp";

/** A column of a table or a file. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** A column with the meaning of its values. */
export interface DeclaredColumn extends Column {
  /** The unit of its numbers, for people: `µg/m³`. */
  readonly unit?: string;
  /** The least and the greatest plausible value, both inclusive. */
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

/** The format of a table's files. */
export type FileFormat = "parquet" | "ndjson" | "json" | "csv";
