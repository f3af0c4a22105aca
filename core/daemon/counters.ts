import type { AssetKey } from "../event.ts";
import type { Milliseconds } from "../instant.ts";
import type { Progress } from "../run/progress.ts";

/** How many things ended how, and how long they took together. */
export interface Counted<Outcome extends string> {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly took: Milliseconds;
}

/** How a tick may end: it requested runs, or none, or failed. */
export type TickOutcome = "requested" | "skipped" | "failed";
/** How a step may end. */
export type StepOutcome = Extract<Progress, { type: "step-ended" }>["outcome"];
/** The outcomes of a partition. */
export type PartitionOutcome = "materialized" | "unchanged" | "failed" | "blocked";

/** Counts what this process has done since it began, by the name of what asked and by asset. */
export class Counters {
  readonly #ticks = new Map<string, Mutable<TickOutcome>>();
  readonly #steps = new Map<AssetKey, Mutable<StepOutcome>>();
  readonly #partitions = new Map<AssetKey, Record<PartitionOutcome, number>>();
  readonly #retries = new Map<AssetKey, number>();
  /** The assets of the steps at work. */
  readonly #atWork = new Map<string, AssetKey>();

  get ticks(): ReadonlyMap<string, Counted<TickOutcome>> {
    return this.#ticks;
  }

  get steps(): ReadonlyMap<AssetKey, Counted<StepOutcome>> {
    return this.#steps;
  }

  /** Those materialized are the ones whose content changed; the unchanged are beside them. */
  get partitions(): ReadonlyMap<AssetKey, Readonly<Record<PartitionOutcome, number>>> {
    return this.#partitions;
  }

  /** How often the code of an asset was tried again. */
  get retries(): ReadonlyMap<AssetKey, number> {
    return this.#retries;
  }

  tick(name: string, outcome: TickOutcome, took: Milliseconds): void {
    add(this.#ticks, name, { requested: 0, skipped: 0, failed: 0 }, outcome, took);
  }

  /** Takes in what a run tells. */
  observe = (progress: Progress): void => {
    if (progress.type === "problem") {
      this.#of(progress.asset)[progress.outcome] += progress.count;
      return;
    }
    if (!("step" in progress)) return;
    const step = `${progress.run} ${progress.step}`;
    if (progress.type === "step-started") this.#atWork.set(step, progress.asset);
    const asset = this.#atWork.get(step);
    if (asset === undefined) return;
    switch (progress.type) {
      case "partitions": {
        const counts = this.#of(asset);
        counts.materialized += progress.materialized - progress.unchanged;
        counts.unchanged += progress.unchanged;
        return;
      }
      case "retrying":
        this.#retries.set(asset, (this.#retries.get(asset) ?? 0) + 1);
        return;
      case "step-ended": {
        this.#atWork.delete(step);
        const none = { succeeded: 0, failed: 0, blocked: 0, cancelled: 0 };
        add(this.#steps, asset, none, progress.outcome, progress.took);
      }
    }
  };

  /** Drops the steps at work of a run that is over, or of all: those that lost their claim never say that they ended. */
  forget(run?: number): void {
    for (const step of this.#atWork.keys()) {
      if (run === undefined || step.startsWith(`${run} `)) this.#atWork.delete(step);
    }
  }

  #of(asset: AssetKey): Record<PartitionOutcome, number> {
    const known = this.#partitions.get(asset);
    if (known !== undefined) return known;
    const none = { materialized: 0, unchanged: 0, failed: 0, blocked: 0 };
    this.#partitions.set(asset, none);
    return none;
  }
}

interface Mutable<Outcome extends string> {
  readonly outcomes: Record<Outcome, number>;
  took: Milliseconds;
}

function add<Outcome extends string>(
  all: Map<string, Mutable<Outcome>>,
  name: string,
  none: Record<Outcome, number>,
  outcome: Outcome,
  took: Milliseconds,
): void {
  const known = all.get(name) ?? { outcomes: none, took: 0 };
  known.outcomes[outcome]++;
  known.took += Math.max(0, took);
  all.set(name, known);
}
