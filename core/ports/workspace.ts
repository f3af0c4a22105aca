import type { Written } from "./object_store.ts";
import type { FileRef } from "./publisher.ts";

/** Files of the lake on this machine. */
export interface Checkout extends AsyncDisposable {
  /** A local folder, in which they lie by their paths in the lake. */
  readonly root: string;
}

/** A place on this machine for what does not fit into memory. */
export interface Scratch extends AsyncDisposable {
  /** A local folder that is nobody else's, and made by whoever writes there first. */
  readonly path: string;
}

/** The lake's files as engines read and write them: on this machine, whatever the lake is kept on. */
export interface Workspace {
  /**
   * Brings files to this machine until the answer is disposed of. One that is gone, or no longer what it was recorded as,
   * may be missing there; one outside of the lake, by an absolute path, is read where it is.
   */
  checkout(refs: readonly FileRef[]): Promise<Checkout>;
  /** Stages the file that is written at a local path. @throws Whatever writing it does: then nothing is staged. */
  stage(temporary: string, write: (local: string) => Promise<void>): Promise<Written>;
  scratch(): Scratch;
  /** Scratch folders that other workspaces left on this machine, or are using; disposing of one removes it. */
  othersScratch(): Promise<readonly Scratch[]>;
}
