import type { Database } from "./database.ts";
import type { Process, Processes } from "./processes.ts";

/** A worker is an open handle of a living process; one that was closed, or whose process ended, is no more. */
export class Workers {
  readonly #db: Database;
  readonly #processes: () => Processes;
  #loaded: Processes | undefined;
  #self: number | undefined;

  constructor(db: Database, processes: () => Processes) {
    this.#db = db;
    this.#processes = processes;
  }

  /** This handle's own number; the first call makes it known, outside of any transaction. */
  self(): number {
    if (this.#self === undefined) {
      const { host, pid, started } = this.#system().self;
      this.#self = this.#db.get<{ id: number }>(
        "INSERT INTO workers (host, pid, started) VALUES (?, ?, ?) RETURNING id",
        host,
        pid,
        started,
      )!.id;
    }
    return this.#self;
  }

  /** Whether the worker may still work; null stands for none. */
  alive(worker: number | null): boolean {
    if (worker === null) return false;
    if (worker === this.#self) return true;
    const process = this.#db.get<Process>(
      "SELECT host, pid, started FROM workers WHERE id = ?",
      worker,
    );
    return process !== undefined && this.#system().alive(process);
  }

  /** Whether this handle has a number yet. */
  get known(): boolean {
    return this.#self !== undefined;
  }

  leave(): void {
    this.#forget(this.self());
  }

  forgetDead(): void {
    for (const { id } of this.#db.all<{ id: number }>("SELECT id FROM workers")) {
      if (!this.alive(id)) this.#forget(id);
    }
  }

  #forget(worker: number): void {
    this.#db.run("DELETE FROM workers WHERE id = ?", worker);
  }

  #system(): Processes {
    return this.#loaded ??= this.#processes();
  }
}
