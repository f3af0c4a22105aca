import type { FileRef } from "./publisher.ts";

/** A version of a file that is kept beside the one that stands. */
export interface KeptFile {
  /** The kept bytes. */
  readonly ref: FileRef;
  /** The folder of the file that they were. */
  readonly folder: string;
  /** As its name says. */
  readonly dataVersion: string;
}

/** The versions that publishing kept of files that it replaced. */
export interface Versions {
  /** Those of files at or below a folder, in the order in which they were written; of equal age, by name. */
  below(folder: string): Promise<readonly KeptFile[]>;
  /** Whether a version of each file is kept with its recorded size: no byte is read. */
  keeps(versions: readonly { readonly ref: FileRef; readonly dataVersion: string }[]): Promise<boolean[]>;
}
