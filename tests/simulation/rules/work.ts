import type { AssetKey, RunId } from "../../../core/event.ts";
import type { Instant } from "../../../core/instant.ts";
import { contains, type OrdinalRange } from "../../../core/partition/ranges.ts";
import type { StalenessIndex } from "../../../core/staleness/index.ts";
import { identityOf } from "../content.ts";
import type { Oracle } from "../oracle.ts";
import { Reference } from "../reference.ts";
import type { Sketch } from "../sketch.ts";
import type { Actor } from "../turns.ts";
import type { Worker } from "../worker.ts";

interface Begun {
  readonly worker: Worker;
  readonly asset: AssetKey;
  readonly partitions: readonly number[];
  readonly run: RunId;
  readonly signal: AbortSignal;
  readonly forced: boolean;
}

/** User code at work. */
export class Work {
  readonly #begun = new Set<Begun>();

  constructor(readonly oracle: Oracle) {}

  /** User code begins with partitions. @returns To be called when it ends. */
  begin(begun: Begun): () => void {
    const { worker, asset, partitions, run } = begun;
    if (partitions.some((each) => this.oracle.claims.isLost(worker, asset, each, run))) return () => {};
    for (const other of this.#begun) {
      if (!other.worker.alive || other.signal.aborted || other.asset !== asset) continue;
      const both = partitions.find((each) => other.partitions.includes(each));
      if (both === undefined) continue;
      throw this.oracle.violation(`runs ${other.run} and ${run} are both at work on "${asset}" ${both}`);
    }
    this.#registered(begun);
    if (!begun.forced) this.#needed(begun);
    this.#ready(begun);
    this.#begun.add(begun);
    return () => this.#begun.delete(begun);
  }

  /** A claim ended or was lost; what user code does after its last output is not work on the partitions. */
  ended(actor: Actor, asset: AssetKey, ranges: readonly OrdinalRange[]): void {
    for (const work of this.#begun) {
      const within = work.partitions.every((each) => contains(ranges, each));
      if (work.worker === actor && work.asset === asset && within) this.#begun.delete(work);
    }
  }

  /** Nothing is made by code that was not the registered one since its worker was granted it. */
  #registered({ worker, asset, partitions }: Begun): void {
    const { log, claims, codes } = this.oracle;
    const own = identityOf(worker.sketches.find(({ key }) => key === asset)!);
    for (const partition of partitions) {
      const since = claims.since(worker, asset, partition);
      if (since === undefined) continue;
      let isPresent = false;
      for (let seq = log.length; !isPresent && seq >= since.seq; seq--) {
        isPresent = codes.at(asset, seq) === own;
      }
      if (!isPresent) {
        throw this.oracle.violation(`"${asset}" ${partition} is made by code that is not registered`);
      }
    }
  }

  /** Nothing is made whose inputs were missing or stale all the time since its worker was granted it. */
  #ready({ worker, asset, partitions, run }: Begun): void {
    const { log, claims } = this.oracle;
    const sketch = worker.sketches.find(({ key }) => key === asset)!;
    if (sketch.deps.length === 0) return;
    for (const partition of partitions) {
      const since = claims.since(worker, asset, partition);
      let ready = since === undefined;
      for (let seq = log.length; !ready && seq >= since!.seq; seq--) {
        ready = isReady(referenceAt(worker, seq, { index: worker.indexOf(run) }), sketch, partition);
      }
      if (!ready) {
        throw this.oracle.violation(`"${asset}" ${partition} is made though its inputs are not there`);
      }
    }
  }

  /** Nothing is made that was fresh all the time since its worker was granted it. */
  #needed({ worker, asset, partitions, run }: Begun): void {
    const { log, claims } = this.oracle;
    for (const partition of partitions) {
      const since = claims.since(worker, asset, partition);
      if (since === undefined || since.clocksSet !== worker.world.turns.clocksSet) return;
      // What is judged, is judged by a clock that was read since the run began.
      const index = worker.indexOf(run);
      let fresh = referenceAt(worker, log.length, { index, clock: index.now }).isFresh(asset, partition);
      for (let seq = log.length; fresh && seq >= since.seq; seq--) {
        fresh = referenceAt(worker, seq, { index }).isFresh(asset, partition);
      }
      if (fresh) throw this.oracle.violation(`"${asset}" ${partition} is made though it is fresh`);
    }
  }
}

/** Whether all that a partition reads and that exists is there, sound, and not expired. */
function isReady(reference: Reference, sketch: Sketch, partition: number): boolean {
  return sketch.deps.every((dependency) =>
    dependency.mode === "present" ||
    reference.members(sketch, dependency, partition).every((member) =>
      reference.isSound(dependency.upstream, member) &&
      !(dependency.mode === "content" && reference.row(dependency.upstream, member)?.expired)
    )
  );
}

/** How everything stood for a worker, by its own declarations and the code that was registered. */
export function referenceAt(
  worker: Worker,
  seq: number,
  { index = worker.orchestrator.index, clock = index.clock }: {
    readonly index?: StalenessIndex;
    readonly clock?: Instant;
  } = {},
): Reference {
  const { sketches, world: { oracle } } = worker;
  const log = seq === oracle.log.length ? oracle.log : oracle.log.slice(0, seq);
  return new Reference(
    sketches,
    oracle.rowsAt(seq),
    log,
    (key) => worker.set(key),
    index.now,
    clock,
    ({ key }) => oracle.codes.at(key, seq),
  );
}
