import type { Column, ColumnType, DeclaredColumn, TableColumns } from "../../core/mod.ts";

/** A column of a table's files, and what its values may be. */
export interface TableColumn extends Column, ColumnRules {}

export interface ColumnRules extends Pick<DeclaredColumn, "unit" | "limits"> {
  /** The largest share of nulls that raises no warning. @default 1 */
  readonly nulls?: number;
}

/** A column that only the path carries. */
export interface PathColumn extends Column {
  /** A SQL expression over the file's own columns that has the same value in every row. */
  readonly of?: string;
}

/** The columns of a table and the rules of its rows. Tables show the path's columns last. */
export interface Contract {
  readonly columns: readonly TableColumn[];
  readonly partitionColumns: readonly PathColumn[];
  /** The columns that no two rows of a file share. */
  readonly key?: readonly string[];
  /** The columns by which each file is sorted. */
  readonly sort?: readonly string[];
}

/** A column that is never null. */
export function required(name: string, type: ColumnType, rules: ColumnRules & { of?: string } = {}) {
  return { name, type, nullable: false, ...rules };
}

/** A column that may be null. */
export function optional(name: string, type: ColumnType, rules: ColumnRules = {}): TableColumn {
  return { name, type, nullable: true, ...rules };
}

/** The columns alone, as a catalog lists them. */
export function plainColumns(columns: readonly Column[]): Column[] {
  return columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
}

/** The description of a table for people and catalogs, from its contract. */
export function shownContract({ columns, partitionColumns, key, sort }: Contract): TableColumns {
  return {
    columns: columns.map(({ name, type, nullable, unit, limits }) => ({
      name,
      type,
      nullable,
      ...(unit !== undefined && { unit }),
      ...(limits !== undefined && { limits }),
    })),
    partitionColumns: plainColumns(partitionColumns),
    ...(key !== undefined && { key }),
    ...(sort !== undefined && { sort }),
  };
}
