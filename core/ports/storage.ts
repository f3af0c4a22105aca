import { WrongUseError } from "../errors.ts";
import type { Catalog } from "./catalog.ts";
import type { Documents } from "./documents.ts";
import type { ObjectStore } from "./object_store.ts";
import type { Publisher } from "./publisher.ts";
import type { Spool } from "./spool.ts";
import type { Versions } from "./versions.ts";
import type { Workspace } from "./workspace.ts";

/** A lake's storage: whatever reads or writes the lake does it through one of these ports. */
export interface LakeStorage {
  /** Where the lake is, as messages name it. */
  readonly url: string;
  readonly store: ObjectStore;
  readonly publisher: Publisher;
  readonly versions: Versions;
  readonly catalog: Catalog;
  /** The documents in which the lake says what it is. */
  readonly documents: Documents;
  /** The lake's files as engines read and write them. */
  readonly workspace: Workspace;
  /** Answers that are not committed yet. */
  readonly spool: Spool;
  /** Whether the lake is there: otherwise writing makes it. */
  exists(): Promise<boolean>;
  /**
   * Makes the lake, where it is not there yet, and makes sure that it can be written.
   *
   * @throws {LakeError} If it cannot: nothing is left of the attempt.
   */
  make(): Promise<Undo>;
  /** Makes sure that the lake can be written, or made; nothing is left of it. @throws {LakeError} */
  requireWritable(): Promise<void>;
}

/** Removes again what was made, as far as nothing is in it. */
export type Undo = () => Promise<void>;

/** The lake cannot be used as it is configured, or not with this state: one line of what was found and what was wanted. */
export class LakeError extends WrongUseError {
  override readonly name: string = "LakeError";
}
