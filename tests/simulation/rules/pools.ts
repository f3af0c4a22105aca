import type { RunId } from "../../../core/event.ts";
import type { Slot } from "../../../core/ports/state.ts";
import type { Oracle } from "../oracle.ts";
import type { Actor } from "../turns.ts";

interface Wait {
  readonly actor: Actor;
  readonly run: RunId;
  readonly pool: string;
}

/** No more claims of living workers have slots of a pool than it has, and none is kept from who could have it. */
export class PoolRule {
  #waits: readonly Wait[] = [];

  constructor(readonly oracle: Oracle) {}

  granted(actor: Actor, run: RunId, { pool, most }: Slot): void {
    const taken = this.oracle.claims.inPool(pool);
    if (taken.length >= most) {
      const names = taken.map(({ name }) => name).join(", ");
      throw this.oracle.violation(`${actor.name} was given a slot of "${pool}", which ${names} had`);
    }
    this.left(actor, run, pool);
  }

  refused(actor: Actor, run: RunId, { pool, most }: Slot): void {
    this.left(actor, run, pool);
    const taken = this.oracle.claims.inPool(pool);
    const others = this.#waits.filter((wait) => wait.pool === pool && wait.actor.alive && wait.run !== run);
    if (taken.length + others.length < most) {
      throw this.oracle.violation(
        `${actor.name} was refused a slot of "${pool}", which nobody has or waits for`,
      );
    }
    this.#waits = [...this.#waits, { actor, run, pool }];
  }

  /** A run waits no more: for a pool, or for any. */
  left(actor: Actor, run: RunId, pool?: string): void {
    this.#waits = this.#waits.filter((wait) =>
      wait.actor !== actor || wait.run !== run || (pool !== undefined && wait.pool !== pool)
    );
  }

  closed(actor: Actor): void {
    this.#waits = this.#waits.filter((wait) => wait.actor !== actor);
  }
}
