/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A stored value with the version that a conditional write names. */
export interface Versioned {
  readonly value: Json;
  readonly version: number;
}

/**
 * Small durable values that sources keep beside the event log, such as a rate limit's bucket: shared by processes,
 * surviving a kill. Writes are compare-and-set, so that no transaction spans two calls.
 */
export interface KeyValue {
  get(key: string): Promise<Versioned | undefined>;
  /** All values whose key begins with `prefix`, by key. */
  list(prefix: string): Promise<ReadonlyMap<string, Versioned>>;
  /**
   * Writes the value if the key still has the version `expected` (0: the key is not there).
   * @returns Whether it was written.
   */
  put(key: string, value: Json, expected: number): Promise<boolean>;
  delete(key: string): Promise<void>;
}
