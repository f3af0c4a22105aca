import type { ClaimToken, RunId, Slot, SlotWait } from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import type { Workers } from "./workers.ts";

type Row = { readonly run: RunId; readonly worker: number };

/** Slots of pools: claims of living workers have them, runs wait for them. Call everything but `isWanted` and `all` in a transaction. */
export class Pools {
  readonly #db: Database;
  readonly #workers: Workers;

  constructor(db: Database, workers: Workers) {
    this.#db = db;
    this.#workers = workers;
  }

  /** The run that keeps another from a slot: one that has one, or that waits with a higher priority. */
  ahead(run: RunId, { pool, most }: Slot): RunId | undefined {
    const taken = this.#holders(pool);
    const waiting = this.#waiting(run, pool);
    return taken.length + waiting.length < most ? undefined : (taken[0] ?? waiting[0])!.run;
  }

  all(): SlotWait[] {
    const waits = this.#db.all<Row & { pool: string }>(
      "SELECT run, pool, worker FROM waits ORDER BY run, pool",
    );
    return waits.filter(({ worker }) => this.#workers.alive(worker)).flatMap(({ run, pool }) => {
      const holder = this.#holders(pool)[0]?.run;
      return holder === undefined || holder === run ? [] : [{ run, pool, holder }];
    });
  }

  wait(run: RunId, pool: string): void {
    this.#db.run("INSERT INTO waits (pool, run, worker) VALUES (?, ?, ?)", pool, run, this.#workers.self());
  }

  leave(run: RunId, pool: string): void {
    const self = this.#workers.self();
    this.#db.run("DELETE FROM waits WHERE pool = ? AND run = ? AND worker = ?", pool, run, self);
  }

  /** Ends what a run waits for. */
  end(run: RunId): void {
    this.#db.run("DELETE FROM waits WHERE run = ?", run);
  }

  isWanted(token: ClaimToken): boolean {
    const claim = this.#db.get<{ run: RunId; pool: string | null }>(
      "SELECT run, pool FROM claims WHERE token = ? AND worker = ?",
      token,
      this.#workers.self(),
    );
    return claim !== undefined && claim.pool !== null && this.#waiting(claim.run, claim.pool).length > 0;
  }

  /** Forgets what waited with workers that are no more. */
  forgetDead(): void {
    for (const { worker } of this.#db.all<Row>("SELECT DISTINCT worker FROM waits")) {
      if (!this.#workers.alive(worker)) this.#db.run("DELETE FROM waits WHERE worker = ?", worker);
    }
  }

  #holders(pool: string): Row[] {
    return this.#db.all<Row>(
      "SELECT run, worker FROM claims WHERE pool = ? AND worker IS NOT NULL ORDER BY token",
      pool,
    ).filter(({ worker }) => this.#workers.alive(worker));
  }

  /** The runs of higher priority that wait for a pool. */
  #waiting(run: RunId, pool: string): Row[] {
    return this.#db.all<Row>(
      `SELECT w.run, w.worker FROM waits w JOIN runs r ON r.id = w.run
      WHERE w.pool = ? AND r.priority > coalesce((SELECT priority FROM runs WHERE id = ?), 0) ORDER BY w.run, w.worker`,
      pool,
      run,
    ).filter(({ worker }) => this.#workers.alive(worker));
  }
}
