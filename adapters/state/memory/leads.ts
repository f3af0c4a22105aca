import type { Leader } from "../../../core/mod.ts";
import type { MemoryStore, Worker } from "./store.ts";

/** Who leads what. */
export class Leads {
  readonly #store: MemoryStore;
  readonly #worker: Worker;

  constructor(store: MemoryStore, worker: Worker) {
    this.#store = store;
    this.#worker = worker;
  }

  take(name: string): boolean {
    const { leads } = this.#store;
    if (!leads.get(name)?.alive) leads.set(name, this.#worker);
    return leads.get(name) === this.#worker;
  }

  leader(name: string): Leader | undefined {
    return this.#store.leads.get(name)?.alive ? { place: null } : undefined;
  }
}
