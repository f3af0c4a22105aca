import type { Instant } from "../instant.ts";
import type { FileRef } from "./publisher.ts";

/** A file that others write. */
export interface FoundFile {
  readonly name: string;
  readonly size: number;
  /** When it was changed last, as far as can be told. */
  readonly modified: Instant;
}

/** A folder outside of the lake, in which others write files. */
export interface Folder {
  /** Its files, by name. @throws {Error} If there is no such folder. */
  list(): Promise<readonly FoundFile[]>;
  /** Measures a file as it stands; undefined where it is gone. Its path is one that engines read. */
  measure(name: string): Promise<FileRef | undefined>;
  /** The path of a file, as engines read it. */
  path(name: string): string;
}
