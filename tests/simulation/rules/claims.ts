import type { AssetKey, RunId } from "../../../core/event.ts";
import { contains, type OrdinalRange, type Ranges } from "../../../core/partition/ranges.ts";
import type { Slot } from "../../../core/ports/state.ts";
import type { Oracle } from "../oracle.ts";
import type { Actor } from "../turns.ts";
import type { Worker } from "../worker.ts";

interface Claim {
  readonly actor: Actor;
  /** Undefined where it was taken over. */
  readonly run: RunId | undefined;
  readonly asset: AssetKey;
  readonly ranges: Ranges;
  /** It was taken over from a worker that was taken for dead. */
  readonly adopted: boolean;
  readonly since: Since;
  /** Of a slot that comes with it. */
  readonly pool: string | undefined;
  /** It passed to another while its worker lives. */
  lost: boolean;
  /** The state confirmed it after its worker last began to change the lake. */
  confirmed: boolean;
}

/** The moment at which a claim was granted. */
export interface Since {
  /** How many events there were. */
  readonly seq: number;
  /** How often clocks had been set. */
  readonly clocksSet: number;
}

/** How a worker may go on that is about to change files of the lake. */
export type Leave = "granted" | "stopped";

/** Who holds what, by the state's own answers. */
export class Claims {
  readonly #claims = new Map<number, Claim>();

  constructor(readonly oracle: Oracle) {}

  granted(
    token: number,
    { worker: actor, run, asset, ranges, adopted = false, slot }: {
      readonly worker: Worker;
      readonly run?: RunId;
      readonly asset: AssetKey;
      readonly ranges: readonly OrdinalRange[];
      readonly adopted?: boolean;
      readonly slot?: Slot | undefined;
    },
  ): void {
    const { turns } = actor.world;
    const since = { seq: this.oracle.log.length, clocksSet: turns.clocksSet };
    this.#claims.set(token, {
      actor,
      run,
      asset,
      ranges,
      adopted,
      since,
      pool: slot?.pool,
      lost: false,
      confirmed: true,
    });
  }

  /** Who has slots of a pool. */
  inPool(pool: string): Actor[] {
    return [...this.#claims.values()].filter((claim) =>
      claim.pool === pool && claim.actor.alive && !claim.lost
    ).map(({ actor }) => actor);
  }

  /** The actor's handle was closed: it holds nothing any more. */
  closed(actor: Actor): void {
    for (const [token, claim] of this.#claims) if (claim.actor === actor) this.released(actor, token);
  }

  isAdopted(token: number | null): boolean {
    return token !== null && this.#claims.get(token)?.adopted === true;
  }

  released(actor: Actor, token: number | null): void {
    const claim = token === null ? undefined : this.#claims.get(token);
    if (claim === undefined || claim.actor !== actor || claim.lost) return;
    this.#claims.delete(token!);
    this.oracle.work.ended(actor, claim.asset, claim.ranges);
  }

  lose(token: number): void {
    const claim = this.#claims.get(token);
    if (claim === undefined) return;
    claim.lost = true;
    this.oracle.work.ended(claim.actor, claim.asset, claim.ranges);
  }

  /** @returns The claim's asset. */
  committed(token: number | null): AssetKey | undefined {
    if (token === null) return undefined;
    const claim = this.#claims.get(token);
    if (claim?.lost) {
      throw this.oracle.violation(`claim ${token} was lost, and still something was committed under it`);
    }
    if (claim !== undefined) claim.confirmed = true;
    return claim?.asset;
  }

  /** When the actor was granted a partition. */
  since(actor: Actor, asset: AssetKey, partition: number): Since | undefined {
    return this.#held(actor, asset, partition).find(({ lost }) => !lost)?.since;
  }

  /**
   * A worker is about to change files of a partition that readers see. One that lost its claim after the state last confirmed
   * it could not know: it is stopped. After one change the state must be asked before the next.
   */
  changing(actor: Actor, asset: AssetKey, partition: number): Leave {
    const held = this.#held(actor, asset, partition);
    const claim = held.find(({ lost }) => !lost) ?? held.at(-1);
    const name = `${actor.name} changes files of "${asset}" ${partition}`;
    if (claim === undefined) throw this.oracle.violation(`${name} without a claim`);
    if (claim.lost && !claim.confirmed) throw this.oracle.violation(`${name}, whose claim had passed on`);
    return claim.lost ? "stopped" : "granted";
  }

  /** The actor began to change files. */
  changed(actor: Actor, asset: AssetKey, partition: number): void {
    for (const claim of this.#held(actor, asset, partition)) claim.confirmed = false;
  }

  /** Whether the actor's claim on a partition passed on; that of a run may have to another of its own. */
  isLost(actor: Actor, asset: AssetKey, partition: number, run?: RunId): boolean {
    const others = ({ run: own }: Claim) => run !== undefined && own !== undefined && own !== run;
    return this.#held(actor, asset, partition).every((claim) => claim.lost || others(claim));
  }

  #held(actor: Actor, asset: AssetKey, partition: number): Claim[] {
    return [...this.#claims.values()].filter((claim) =>
      claim.actor === actor && claim.asset === asset && contains(claim.ranges, partition)
    );
  }
}
