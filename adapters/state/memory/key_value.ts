import type { Json, KeyValue, Versioned } from "../../../core/mod.ts";
import { frozen } from "./copies.ts";
import type { MemoryStore } from "./store.ts";

/** The values of a store; every method yields once before it acts. */
export class MemoryKeyValue implements KeyValue {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  async get(key: string): Promise<Versioned | undefined> {
    await null;
    return this.#store.values.get(key);
  }

  async list(prefix: string): Promise<ReadonlyMap<string, Versioned>> {
    await null;
    const found = [...this.#store.values].filter(([key]) => key.startsWith(prefix));
    return new Map(found.sort(([a], [b]) => a < b ? -1 : 1));
  }

  async put(key: string, value: Json, expected: number): Promise<boolean> {
    await null;
    if ((this.#store.values.get(key)?.version ?? 0) !== expected) return false;
    this.#store.values.set(key, Object.freeze({ value: frozen(value), version: this.#store.next() }));
    return true;
  }

  async delete(key: string): Promise<void> {
    await null;
    this.#store.values.delete(key);
  }
}
