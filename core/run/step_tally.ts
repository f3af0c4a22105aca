import { count, fromOrdinals, normalize, type Ranges, union } from "../partition/ranges.ts";
import { isProblem, type Outcome } from "./outcome.ts";

/** Counts what becomes of a step's partitions, and keeps which of them are to be looked at once it has ended. */
export class StepTally {
  #materialized = 0;
  #failed = 0;
  #blocked = 0;
  #problem: string | undefined;
  #bad: Ranges = [];
  #changed: Ranges = [];

  get materialized(): number {
    return this.#materialized;
  }

  /** Those that failed or were held back. */
  get failed(): number {
    return this.#failed;
  }

  /** Of those failed: how many checks held back. */
  get blocked(): number {
    return this.#blocked;
  }

  /** Why the first that failed or was held back did, or was. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The partitions that failed or were held back. */
  get bad(): Ranges {
    return this.#bad;
  }

  /** The partitions whose source was asked again and that have other content than before. */
  get changed(): Ranges {
    return this.#changed;
  }

  /** How the step ends, as far as its partitions say. */
  get outcome(): "succeeded" | "failed" | "blocked" {
    if (this.#failed === 0) return "succeeded";
    return this.#failed === this.#blocked ? "blocked" : "failed";
  }

  /** Counts outcomes that are about to be recorded. */
  count(outcomes: readonly Outcome[]): void {
    for (const each of outcomes) {
      if (!isProblem(each)) this.#materialized++;
      else {
        this.#failed += count([each]);
        if (each.outcome === "blocked") this.#blocked += count([each]);
      }
    }
  }

  /** Keeps of outcomes that were recorded what is to be looked at. */
  keep(outcomes: readonly Outcome[]): void {
    const problems = outcomes.filter(isProblem);
    this.#problem ??= problems[0]?.message;
    this.#bad = normalize([...this.#bad, ...problems]);
    const other = outcomes.flatMap((each) => !isProblem(each) && each.isOther ? [each.partition] : []);
    this.#changed = union(this.#changed, fromOrdinals(other));
  }
}
