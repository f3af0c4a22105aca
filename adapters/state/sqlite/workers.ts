import type { Database } from "./database.ts";
import type { Held, Locks } from "../locks.ts";

/** Where a worker runs, for people to find it. */
export interface Place {
  readonly host: string;
  readonly pid: number;
}

/** A worker is an open handle of a living process; one that was closed, or whose process ended, is no more. */
export class Workers {
  readonly #db: Database;
  readonly #locks: Locks;
  #held: Held | undefined;
  #self: number | undefined;

  constructor(db: Database, locks: Locks) {
    this.#db = db;
    this.#locks = locks;
  }

  /** This handle's own number; the first call makes it known, outside of any transaction. */
  self(): number {
    if (this.#self === undefined) {
      const held = this.#held ??= this.#locks.hold();
      const { id } = this.#db.get<{ id: number }>(
        "INSERT INTO workers (host, pid, lock) VALUES (?, ?, ?) RETURNING id",
        Deno.hostname(),
        Deno.pid,
        held.name,
      )!;
      this.#self = id;
    }
    return this.#self;
  }

  /** Sees to it that this handle has a number, which is written once. */
  async introduce(): Promise<void> {
    if (!this.known) await this.#db.patiently(() => this.self());
  }

  /** A write in which this handle has a number. */
  async write<T>(work: () => T, options?: { readonly synced: boolean }): Promise<T> {
    await this.introduce();
    return await this.#db.write(work, options);
  }

  /** Whether the worker may still work; null stands for none. */
  alive(worker: number | null): boolean {
    if (worker === null) return false;
    if (worker === this.#self) return true;
    const row = this.#db.get<{ lock: string }>("SELECT lock FROM workers WHERE id = ?", worker);
    return row !== undefined && this.#locks.isHeld(row.lock);
  }

  /** Where a worker runs or ran, as long as it is known. */
  place(worker: number | null): Place | undefined {
    return this.#db.get<Place>("SELECT host, pid FROM workers WHERE id = ?", worker);
  }

  /** Whether this handle has a number yet. */
  get known(): boolean {
    return this.#self !== undefined;
  }

  /** Ends this handle's life; call it once nothing more is written. */
  leave(): void {
    this.#db.run("DELETE FROM workers WHERE id = ?", this.self());
    this.letGo();
  }

  /** Is no more a sign of life, whether or not that could be written. */
  letGo(): void {
    this.#held?.release();
  }

  /** Forgets workers that are no more, and locks that no worker has. */
  forgetDead(): void {
    const workers = this.#db.all<{ id: number; lock: string }>("SELECT id, lock FROM workers");
    for (const { id } of workers) {
      if (!this.alive(id)) this.#db.run("DELETE FROM workers WHERE id = ?", id);
    }
    const known = new Set(workers.map(({ lock }) => lock));
    for (const name of this.#locks.names()) if (!known.has(name)) this.#locks.isHeld(name);
  }
}
