import type { FileRef, InputTable, Materialization } from "../../core/mod.ts";
import { type Contract, plainColumns } from "./contract.ts";
import type { ExaminedFile } from "./examiner.ts";

/** A table of the lake: its contract, and where its files lie, one a partition. */
export interface Table {
  readonly contract: Contract;
  /** Below the lake's root, such as `aq_prod/marts/vietnam`. */
  readonly folder: string;
  /** From a partition's key, the values in its path, by column. @default the key, as the first of the path's columns */
  readonly path?: (key: string | null) => Readonly<Record<string, string>>;
}

/**
 * The values in a partition's path, by column: `{ measurement_date: "2024-01-31", country: "Vietnam" }`.
 *
 * @throws {TypeError} If they are not one for each of the contract's partition columns, or cannot stand in a path.
 */
export function pathOf({ contract, path }: Table, key: string | null): Readonly<Record<string, string>> {
  const names = contract.partitionColumns.map(({ name }) => name);
  const values = path !== undefined ? path(key) : key === null ? {} : { [names[0]!]: key };
  const found = Object.keys(values);
  if (found.join() !== names.join()) {
    throw new TypeError(
      `found a path of ${listed(found)}, wanted one of ${listed(names)}, its partition columns`,
    );
  }
  for (const [name, value] of Object.entries(values)) {
    if (/^[^/%]+$/.test(value ?? "")) continue;
    throw new TypeError(`found "${value ?? ""}" as ${name} in a path, wanted a text without "/" and "%"`);
  }
  return values;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "no columns" : names.join(", ");
}

/**
 * The files of a table's partitions as a program's input: a table of the contract's columns, `file` (the file's path) and
 * `file_row`. The path's columns are not among them; they can be taken from `file`.
 *
 * @param readBy The wanted partition that cannot do without one of that key. @default all that read it by the dependency
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

/** The path of a partition's file, below the lake's root. */
export function filePath(table: Table, key: string | null): string {
  const parts = Object.entries(pathOf(table, key)).map(([name, value]) => `${name}=${value}`);
  return [table.folder, ...parts, "part-00000.snappy.parquet"].join("/");
}

/** A partition's file with whether it is staged: whatever is not at the published path is. */
export function stagedOr(table: Table, key: string | null, file: FileRef): ExaminedFile {
  return { ...file, staged: file.path !== filePath(table, key) };
}
