import type { Slot } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";

/** How many steps are at work at once. */
export interface Limits {
  readonly steps: number;
  /** Steps at work at once in a pool: those of a run, and those of all queued runs together. @default `steps` of each run */
  readonly pools: Readonly<Record<string, number>>;
}

/** The room for steps of one run, in all and by pool. */
export class Slots {
  readonly #limits: Limits;
  readonly #taken = new Map<string, number>();
  #steps = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** @returns Whether there was room. */
  take({ asset: { pool } }: Node): boolean {
    const { steps, pools } = this.#limits;
    if (this.#steps >= steps) return false;
    if (pool !== null) {
      const taken = this.#taken.get(pool) ?? 0;
      if (taken >= (pools[pool] ?? steps)) return false;
      this.#taken.set(pool, taken + 1);
    }
    this.#steps++;
    return true;
  }

  free({ asset: { pool } }: Node): void {
    if (pool !== null) this.#taken.set(pool, this.#taken.get(pool)! - 1);
    this.#steps--;
  }

  /** The place that a step of the node takes among those of all queued runs. */
  among({ asset: { pool } }: Node): Slot | undefined {
    const most = pool === null ? undefined : this.#limits.pools[pool];
    return pool === null || most === undefined ? undefined : { pool, most };
  }
}
