import type { Seq } from "../../../core/mod.ts";
import { Listeners } from "../listeners.ts";
import type { Database } from "./database.ts";

/** How often, in milliseconds, it is looked for what other processes wrote. */
export interface LookOptions {
  readonly every: number;
  /** Where somebody listens closely. */
  readonly closely: number;
}

export const LOOK: LookOptions = { every: 1_000, closely: 20 };

/** Tells of further events and runs: of this handle's at once, of others' when it looks. */
export class Following {
  readonly #db: Database;
  readonly #look: LookOptions;
  readonly #listeners = new Listeners();

  constructor(db: Database, look: LookOptions) {
    this.#db = db;
    this.#look = look;
  }

  /** Says that this handle wrote events or a run. */
  tell(): void {
    this.#listeners.tell();
  }

  end(): void {
    this.#listeners.end();
  }

  watch(signal: AbortSignal, { closely = false } = {}): AsyncGenerator<Seq> {
    return this.#after(this.#newest(), signal, closely ? this.#look.closely : this.#look.every);
  }

  async *#after(seen: { seq: Seq; run: number }, signal: AbortSignal, every: number): AsyncGenerator<Seq> {
    for await (const _ of this.#listeners.turns(signal, every)) {
      if (!this.#db.isOpen) return;
      const { seq, run } = this.#newest();
      if (seq === seen.seq && run === seen.run) continue;
      seen = { seq, run };
      yield seq;
    }
  }

  /** The newest event and run stay whatever is forgotten. */
  #newest(): { seq: Seq; run: number } {
    const [seq, run] = ["max(seq) FROM events", "max(id) FROM runs"];
    return this.#db.get(`SELECT coalesce((SELECT ${seq}), 0) AS seq, coalesce((SELECT ${run}), 0) AS run`)!;
  }
}
