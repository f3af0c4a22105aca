import type { Leader } from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import type { Workers } from "./workers.ts";

/** Who leads what. */
export class Leads {
  readonly #db: Database;
  readonly #workers: Workers;

  constructor(db: Database, workers: Workers) {
    this.#db = db;
    this.#workers = workers;
  }

  leader(name: string): Leader | undefined {
    const worker = this.#worker(name);
    return this.#workers.alive(worker) ? { place: this.#workers.place(worker) ?? null } : undefined;
  }

  /** Whether a living worker has the lead, and whether it is this one. */
  held(name: string): "here" | "elsewhere" | undefined {
    const worker = this.#worker(name);
    if (!this.#workers.alive(worker)) return undefined;
    return this.#workers.known && worker === this.#workers.self() ? "here" : "elsewhere";
  }

  /** Takes the lead where nobody has it; call it in a transaction. */
  take(name: string): boolean {
    const held = this.held(name);
    if (held !== undefined) return held === "here";
    this.#db.run("INSERT OR REPLACE INTO leads (name, worker) VALUES (?, ?)", name, this.#workers.self());
    return true;
  }

  /** Gives up all that this worker leads. */
  leave(): void {
    this.#db.run("DELETE FROM leads WHERE worker = ?", this.#workers.self());
  }

  #worker(name: string): number | null {
    return this.#db.get<{ worker: number }>("SELECT worker FROM leads WHERE name = ?", name)?.worker ?? null;
  }
}
