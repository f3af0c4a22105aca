import type { FileRef } from "../../core/mod.ts";
import type { Contract } from "./contract.ts";
import type { ExaminedFile } from "./examiner.ts";

/** A table of the lake: its contract, and where its files lie. */
export interface Table {
  readonly contract: Contract;
  /** A folder below the lake's root. */
  readonly folder: string;
  /** What the path of a partition carries, by the partition's key. */
  readonly path: (key: string | null) => Readonly<Record<string, string>>;
}

/** The one file of a partition. */
export function filePath({ folder, path }: Table, key: string | null): string {
  const parts = Object.entries(path(key)).map(([name, value]) => `${name}=${value}`);
  return [folder, ...parts, "part-00000.snappy.parquet"].join("/");
}

/** Tells a staged file of a partition from the published one. */
export function stagedOr(table: Table, key: string | null, file: FileRef): ExaminedFile {
  return { ...file, staged: file.path !== filePath(table, key) };
}
