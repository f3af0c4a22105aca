import type { Column, ColumnType, DeclaredColumn, TableColumns } from "../../core/mod.ts";

/** A column of a table's files, and the rules of its values. */
export interface TableColumn extends Column, ColumnRules {}

/** The rules of a column's values: its unit, the least and greatest value, and how many may be null. */
export interface ColumnRules extends Pick<DeclaredColumn, "unit" | "limits"> {
  /** The largest share of a partition's rows, from 0 to 1, that may be null without a warning. @default 1 */
  readonly nulls?: number;
}

/** A column that files do not hold: its value is part of their path, as in `country=Vietnam`. */
export interface PathColumn extends Column {
  /** A SQL expression over the file's columns that must equal the path's value in every row. @default not checked */
  readonly of?: string;
}

/** The columns of a table and the rules of its rows. Its checks, its audit and its catalog entry follow from it. */
export interface Contract {
  readonly columns: readonly TableColumn[];
  /** Shown after the columns, in the order of the path. */
  readonly partitionColumns: readonly PathColumn[];
  /** The columns whose values, together, no two rows of a file share. */
  readonly key?: readonly string[];
  /** The columns by which each file is sorted, ascending. */
  readonly sort?: readonly string[];
  /** A column whose high values are counted file by file, so that `watchCheck` can warn of them. */
  readonly watch?: Watch;
}

/** A column of numbers of which people want to know where they are above a level. */
export interface Watch {
  readonly column: string;
  readonly above: number;
  /** The column of text that says where; rows without it are left out. */
  readonly by: string;
}

/** A column that is never null. */
export function required(name: string, type: ColumnType, rules: ColumnRules & { of?: string } = {}) {
  return { name, type, nullable: false, ...rules };
}

/** A column that may be null. */
export function optional(name: string, type: ColumnType, rules: ColumnRules = {}): TableColumn {
  return { name, type, nullable: true, ...rules };
}

/** The columns without their rules, as engines and catalogs take them. */
export function plainColumns(columns: readonly Column[]): Column[] {
  return columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
}

/** The contract as an asset shows it: columns with units and limits, the key and the order. */
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
