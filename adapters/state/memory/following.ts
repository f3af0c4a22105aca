import type { Seq } from "../../../core/mod.ts";
import type { MemoryStore } from "./store.ts";

/** Tells of further events and runs, whoever wrote them. */
export class Following {
  readonly #store: MemoryStore;
  readonly #closed = new AbortController();

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  watch(signal: AbortSignal): AsyncGenerator<Seq> {
    const { events, runs } = this.#store;
    return this.#after(events.length, runs.length, AbortSignal.any([signal, this.#closed.signal]));
  }

  end(): void {
    this.#closed.abort();
  }

  async *#after(event: number, run: number, signal: AbortSignal): AsyncGenerator<Seq> {
    const { events, runs, listeners } = this.#store;
    for await (const _ of listeners.turns(signal)) {
      if (events.length === event && runs.length === run) continue;
      [event, run] = [events.length, runs.length];
      yield event;
    }
  }
}
