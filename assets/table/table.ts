import type { FileRef, InputTable, Materialization } from "../../core/mod.ts";
import { type Contract, plainColumns } from "./contract.ts";
import type { ExaminedFile } from "./examiner.ts";

/** A table of the lake: its contract, and where its files lie. */
export interface Table {
  readonly contract: Contract;
  /** A folder below the lake's root. */
  readonly folder: string;
  /** The values in a partition's path, by the partition's key. */
  readonly path?: (key: string | null) => Readonly<Record<string, string>>;
}

/** The values in a partition's path, by the partition's key. */
export function pathOf({ contract, path }: Table, key: string | null): Readonly<Record<string, string>> {
  if (path !== undefined) return path(key);
  const [column] = contract.partitionColumns;
  return column === undefined || key === null ? {} : { [column.name]: key };
}

/**
 * A table's partitions as a program reads them.
 *
 * @param readBy The partition that cannot do without one of that key. @default the one of the same key
 */
export function tableInput(
  contract: Contract,
  materializations: readonly Materialization[],
  readBy: (key: string | null) => string | null = (key) => key,
): InputTable {
  const files = materializations.flatMap(({ key, files }) =>
    files.map((ref) => ({ ref, partition: readBy(key) }))
  );
  return { columns: plainColumns(contract.columns), format: "parquet", files };
}

/** The one file of a partition. */
export function filePath(table: Table, key: string | null): string {
  const parts = Object.entries(pathOf(table, key)).map(([name, value]) => `${name}=${value}`);
  return [table.folder, ...parts, "part-00000.snappy.parquet"].join("/");
}

/** Tells a staged file of a partition from the published one. */
export function stagedOr(table: Table, key: string | null, file: FileRef): ExaminedFile {
  return { ...file, staged: file.path !== filePath(table, key) };
}
