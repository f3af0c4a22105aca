import type { RunId } from "../../../core/event.ts";
import type { RunRequest } from "../../../core/ports/state.ts";
import type { Oracle } from "../oracle.ts";
import type { Actor } from "../turns.ts";

/** A queued run is one living worker's at a time, ends once, and a key is one run's for ever. */
export class QueueRule {
  readonly #keys = new Map<string, RunId>();
  readonly #holders = new Map<RunId, Actor>();
  readonly #ended = new Set<RunId>();

  constructor(readonly oracle: Oracle) {}

  /** The run of a key. */
  run(key: string): RunId | undefined {
    return this.#keys.get(key);
  }

  enqueued({ key }: RunRequest, run: RunId): void {
    if (key === undefined) return;
    const known = this.#keys.get(key);
    if (known !== undefined && known !== run) {
      throw this.oracle.violation(`the key "${key}" of run ${known} was used by run ${run}, too`);
    }
    this.#keys.set(key, run);
  }

  taken(actor: Actor, run: RunId): void {
    const holder = this.#holders.get(run);
    if (this.#ended.has(run)) throw this.oracle.violation(`run ${run} ended, and was taken by ${actor.name}`);
    if (holder?.alive) {
      throw this.oracle.violation(`run ${run} of ${holder.name}, who lives, was taken by ${actor.name}`);
    }
    this.#holders.set(run, actor);
  }

  ended(run: RunId): void {
    this.#ended.add(run);
    this.#holders.delete(run);
  }

  handedBack(actor: Actor, run: RunId): void {
    if (this.#holders.get(run) === actor) this.#holders.delete(run);
  }

  /** The actor's handle was closed: what it took is handed back. */
  closed(actor: Actor): void {
    for (const [run, holder] of this.#holders) if (holder === actor) this.#holders.delete(run);
  }
}
