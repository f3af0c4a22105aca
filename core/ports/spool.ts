import type { Milliseconds } from "../instant.ts";

/**
 * Durable bytes by key, for answers that a killed run must not ask for again. Keys are at most 80 characters of
 * `0-9`, `a-z`, `-`, `_` and `/`.
 */
export interface Spool {
  /** All keys, or those that begin so, in any order. */
  list(prefix?: string): Promise<readonly string[]>;
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Writes the whole value or nothing; resolves once a killed process keeps it. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Forgets the keys; those that are not there are ignored. */
  delete(keys: readonly string[]): Promise<void>;
  /** Deletes what killed processes began to write so long ago, by the time of who keeps it, and never ended. */
  discardPartial(age: Milliseconds): Promise<void>;
}
