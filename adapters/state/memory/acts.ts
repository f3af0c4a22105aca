// Every method yields once before it acts, so that workers interleave.
import type { Act, Acts, Instant, KeptAct } from "../../../core/mod.ts";
import { frozen } from "./copies.ts";
import type { MemoryStore } from "./store.ts";

/** The journal of acts in a store. */
export class MemoryActs implements Acts {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  async note(act: Act): Promise<void> {
    await null;
    this.#store.acts.push(frozen({ ...act, number: this.#store.next() }));
  }

  async list({ limit, before = Infinity }: { limit: number; before?: number }): Promise<KeptAct[]> {
    await null;
    return this.#store.acts.filter(({ number }) => number < before).reverse().slice(0, limit);
  }

  async forget(before: Instant, counting?: "only"): Promise<number> {
    await null;
    const { acts } = this.#store;
    const kept = acts.filter(({ at }) => at >= before);
    if (counting === undefined) this.#store.acts = kept;
    return acts.length - kept.length;
  }
}
