import type { RunId, Slot, SlotWait } from "../../../core/mod.ts";
import type { MemoryStore, StoredWait, Worker } from "./store.ts";

/** The slots of pools, and who waits for one. */
export class Pools {
  readonly #store: MemoryStore;
  readonly #worker: Worker;

  constructor(store: MemoryStore, worker: Worker) {
    this.#store = store;
    this.#worker = worker;
  }

  /** The run that keeps another from a slot: one that has one, or that waits with a higher priority. */
  ahead(run: RunId, { pool, most }: Slot): RunId | undefined {
    const claims = [...this.#store.claims.values()];
    const taken = claims.filter((claim) => claim.pool === pool && claim.worker?.alive);
    const ahead = this.#waiting(run, pool);
    return taken.length + ahead.length < most ? undefined : (taken[0] ?? ahead[0])!.run;
  }

  /** Whether a run of higher priority waits for a pool. */
  isWanted(run: RunId, pool: string): boolean {
    return this.#waiting(run, pool).length > 0;
  }

  all(): SlotWait[] {
    const claims = [...this.#store.claims.values()].filter(({ worker }) => worker?.alive);
    return this.#store.waits.filter(({ worker }) => worker.alive).flatMap(({ run, pool }) => {
      const holder = claims.find((claim) => claim.pool === pool)?.run;
      return holder === undefined || holder === run ? [] : [{ run, pool, holder }];
    });
  }

  wait(run: RunId, pool: string): void {
    this.#store.waits.push({ pool, run, worker: this.#worker });
  }

  leave(run: RunId, pool: string): void {
    this.#store.waits = this.#store.waits.filter((wait) =>
      wait.pool !== pool || wait.run !== run || wait.worker !== this.#worker
    );
  }

  /** A run that has ended waits for nothing. */
  end(run: RunId): void {
    this.#store.waits = this.#store.waits.filter((wait) => wait.run !== run);
  }

  #waiting(run: RunId, pool: string): StoredWait[] {
    const priority = (id: RunId) => this.#store.runs[id - 1]?.record.request.priority ?? 0;
    return this.#store.waits.filter((wait) =>
      wait.pool === pool && wait.worker.alive && priority(wait.run) > priority(run)
    );
  }
}
