import {
  type Adopted,
  type AssetKey,
  type ClaimAnswer,
  type ClaimToken,
  type Commit,
  type Holding,
  type Intent,
  intersect,
  type LiveClaim,
  normalize,
  type OrdinalRange,
  type Ranges,
  type RunId,
  type Slot,
  type StepRecord,
  type StepStart,
  subtract,
  type Taken,
} from "../../../core/mod.ts";
import { placesOf, requireCovered, toBeCovered } from "../commits.ts";
import { copyIntent } from "./copies.ts";
import type { EventLog } from "./event_log.ts";
import type { Pools } from "./pools.ts";
import type { Registry } from "./registry.ts";
import type { Runs } from "./runs.ts";
import type { MemoryStore, StoredClaim, Worker } from "./store.ts";

/** What the claims of a handle are kept beside. */
export interface ClaimParts {
  readonly registry: Registry;
  readonly log: EventLog;
  readonly runs: Runs;
  readonly pools: Pools;
}

/** Who works on what, with the publications under way. */
export class Claims {
  readonly #store: MemoryStore;
  readonly #worker: Worker;
  readonly #parts: ClaimParts;

  constructor(store: MemoryStore, worker: Worker, parts: ClaimParts) {
    this.#store = store;
    this.#worker = worker;
    this.#parts = parts;
  }

  claim(
    run: RunId,
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
    begins?: StepStart,
    slot?: Slot,
  ): ClaimAnswer {
    const { registry, runs, pools, log } = this.#parts;
    registry.get(asset);
    const steps = begins && runs.get(run).steps;
    const held: (LiveClaim & { abandoned: boolean })[] = [];
    let free = normalize(ranges);
    for (const other of this.#store.claims.values()) {
      if (other.asset !== asset) continue;
      const taken = intersect(free, other.ranges);
      free = subtract(free, taken);
      for (const { from, to } of taken) {
        held.push({ asset, from, to, run: other.run, abandoned: abandoned(other) });
      }
    }
    if (slot !== undefined) pools.leave(run, slot.pool);
    if (free.length === 0) return { held };
    const full = slot && pools.ahead(run, slot);
    if (full !== undefined) {
      pools.wait(run, slot!.pool);
      return { held, full };
    }
    const token = this.#store.next();
    this.#store.claims.set(token, {
      asset,
      run,
      ranges: free,
      worker: this.#worker,
      intents: new Map(),
      ...(slot && { pool: slot.pool }),
    });
    if (begins !== undefined) steps?.set(begins.step, running(run, asset, free, begins));
    return { granted: { token, ranges: free, seq: log.head }, held };
  }

  /** Notes what a commit begins and ends under a claim. @returns Why it must not. */
  publish(
    token: ClaimToken,
    commit: Commit,
  ): { status: "superseded" } | { status: "taken"; places: readonly Taken[] } | undefined {
    const claim = this.own(token);
    if (claim === undefined) return { status: "superseded" };
    const { events, intents = [], reverted = [] } = commit;
    requireCovered(toBeCovered(commit), claim);
    const places = intents.flatMap((intent) => this.#taken(token, intent));
    if (places.length > 0) return { status: "taken", places };
    const open = new Map(claim.intents);
    for (const event of events) if (event.kind === "materialized") open.delete(event.partition);
    for (const partition of reverted) open.delete(partition);
    for (const intent of intents) open.set(intent.event.partition, copyIntent(intent));
    this.#store.claims.set(token, { ...claim, intents: open });
  }

  /** A claim, if it is still this worker's. */
  own(token: ClaimToken): StoredClaim | undefined {
    const claim = this.#store.claims.get(token);
    return claim?.worker === this.#worker ? claim : undefined;
  }

  release(token: ClaimToken): void {
    const claim = this.own(token);
    if (claim === undefined) return;
    if (claim.intents.size === 0) this.#store.claims.delete(token);
    else this.#store.claims.set(token, { ...claim, worker: null });
  }

  releaseAll(): void {
    for (const token of this.#store.claims.keys()) this.release(token);
  }

  /** Releases the claims under which nothing is being published. */
  abandon(): void {
    for (const [token, { intents }] of this.#store.claims) if (intents.size === 0) this.release(token);
  }

  live(): LiveClaim[] {
    return [...this.#store.claims.values()].filter((claim) => !abandoned(claim))
      .flatMap(({ asset, run, ranges }) => ranges.map(({ from, to }) => ({ asset, from, to, run })));
  }

  all(): Holding[] {
    return [...this.#store.claims.values()].map((claim) => {
      const { run, asset, ranges } = claim;
      return { run, asset, ranges, alive: !abandoned(claim), place: null };
    });
  }

  free(run: RunId): void {
    for (const [token, claim] of this.#store.claims) {
      if (claim.run !== run) continue;
      if (claim.intents.size === 0) this.#store.claims.delete(token);
      else this.#store.claims.set(token, { ...claim, worker: null });
    }
  }

  /** Takes over the claims of workers that are no more. */
  adopt(): Adopted[] {
    return [...this.#store.claims].filter(([, claim]) => abandoned(claim)).map(([old, claim]) => {
      const token = this.#store.next();
      this.#store.claims.delete(old);
      const { asset, ranges, run, intents } = claim;
      this.#store.claims.set(token, { asset, ranges, run, intents, worker: this.#worker });
      const open = [...intents].sort(([a], [b]) => a - b).map(([, intent]) => copyIntent(intent));
      return { token, asset, ranges, run, intents: open };
    });
  }

  /** The files that a publication under a claim would name and that are other partitions'. */
  #taken(token: ClaimToken, intent: Intent): Taken[] {
    const { asset, partition } = intent.event;
    return placesOf(intent).flatMap((path) => {
      const by = [...this.#ownersOf(token, path)]
        .find((owner) => owner.asset !== asset || owner.partition !== partition);
      return by === undefined ? [] : [{ partition, path, by }];
    });
  }

  *#ownersOf(token: ClaimToken, path: string): Generator<Taken["by"]> {
    for (const [asset, { projection }] of this.#store.assets) {
      for (const partition of projection.ownersOf(path)) yield { asset, partition };
    }
    for (const [other, { asset, intents }] of this.#store.claims) {
      if (other === token) continue;
      for (const [partition, intent] of intents) {
        if (placesOf(intent).includes(path)) yield { asset, partition };
      }
    }
  }
}

function abandoned({ worker }: StoredClaim): boolean {
  return worker === null || !worker.alive;
}

/** A step that has just begun. */
function running(
  run: RunId,
  asset: AssetKey,
  ranges: Ranges,
  { step, at: started }: StepStart,
): StepRecord {
  const { from } = ranges[0]!;
  const { to } = ranges.at(-1)!;
  const outcome = "running";
  return { run, step, asset, from, to, started, ended: null, outcome, materialized: 0, failed: 0 };
}
