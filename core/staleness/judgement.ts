import type { Instant } from "../instant.ts";
import type { OrdinalRange } from "../partition/ranges.ts";

/** The kind of a cause for which a partition would be made. */
export type CauseKind = "code" | "input" | "upstream" | "source" | "dependency" | "damaged" | "forced";

/** The state of a partition by its content alone, before running, failed and blocked are laid over it. */
export type Judgement = "fresh" | "stale" | "missing";

/** Neighbouring partitions with the same judgement. */
export interface JudgedRange extends OrdinalRange {
  readonly state: Judgement;
}

/** The sums over rows that stand. */
export interface Totals {
  lastMaterialized: Instant | null;
  readonly checks: { passed: number; failed: number };
  /** Those of which a check failed, ascending. */
  readonly failing: number[];
}

/** When something holds. */
export interface Validity {
  /** From the one time up to, and without, the other, for the time as of which partitions exist... */
  readonly now: Instant;
  readonly until: Instant;
  /** ...and for the clock. */
  readonly clock: Instant;
  readonly clockUntil: Instant;
}

/** How neighbouring rows stand: kept until one of them changes, or is judged otherwise as time passes. */
export interface Summary extends Validity {
  /** Of those that were ever written, ascending. */
  readonly judged: readonly JudgedRange[];
  readonly totals: Totals;
}
