import type { Written } from "./object_store.ts";

/** A file of the lake, by its path below the lake's root. */
export interface FileRef {
  readonly path: string;
  readonly size: number;
  /** SHA-256 of the bytes, hex. */
  readonly hash: string;
}

/** A change of one file of the lake, prepared: `temporary` and `final` are paths below the lake's root. */
export type Staged =
  | {
    readonly final: string;
    readonly temporary: string; /** Where the writer knows it. */
    readonly written?: Written;
  }
  | { readonly final: string; readonly absent: true };

/** A version of a file as it is kept. */
export interface Kept {
  readonly dataVersion: string;
  /** SHA-256 of the bytes, hex; other bytes are not kept under this name. Undefined in records of before 0.2. */
  readonly hash?: string;
}

/** A staged change together with what it replaces, so that either can be restored after a crash. */
export type Replacement = Staged & {
  /** The version that is recorded to stand at `final` now: publishing keeps its bytes by that name. */
  readonly standing?: Kept;
};

/**
 * Puts audited files in place. Every method may be called again after a crash at any point: what is already done is left
 * as it is. Readers see the old file or the new one, whole, at every moment.
 */
export interface Publisher {
  /** Makes the staged files durable and measures them, in order; nothing is answered for an absent one. */
  measure(batch: readonly Staged[]): Promise<FileRef[]>;
  /**
   * Keeps what stands by its data version, then puts every staged file in its place (or takes the file away), durably.
   *
   * @throws {PublishError} If a temporary file is gone and the final one is not what it was to become.
   */
  replace(batch: readonly Replacement[], measured: readonly FileRef[]): Promise<void>;
  /**
   * Puts back what stood before, for replacements that cannot be completed. A file that is not, byte for byte, what the
   * replacement put in place is left as it is: somebody else wrote it since.
   */
  revert(batch: readonly Replacement[], measured: readonly FileRef[]): Promise<void>;
  /** Deletes staged files that are not to be published; absent ones are no error. */
  discard(temporaries: readonly string[]): Promise<void>;
  /** Deletes a folder of staged files, such as a run's; an absent one is no error. */
  clear(folder: string): Promise<void>;
  /** Whether each file stands with its recorded size and hash. */
  intact(refs: readonly FileRef[]): Promise<boolean[]>;
  /** Whether each file is there with its recorded size: no byte is read, so that many can be looked at. */
  present(refs: readonly FileRef[]): Promise<boolean[]>;
  /** Measures files as they stand; undefined where there is none. @throws {TypeError} If a path leads out of the lake. */
  found(paths: readonly string[]): Promise<(FileRef | undefined)[]>;
  /** Stages a copy of a kept version of a file. @returns Whether that version is still kept, whole. */
  recall(
    version: { readonly ref: FileRef; readonly dataVersion: string; readonly temporary: string },
  ): Promise<boolean>;
  /** Deletes files of the lake that are still what they were recorded as. @returns How many it deleted. */
  remove(refs: readonly FileRef[]): Promise<number>;
}

/** Publishing could neither be completed nor had been done before. */
export class PublishError extends Error {
  override readonly name = "PublishError";
}
