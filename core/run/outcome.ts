import type { CheckResult } from "../check.ts";
import type { OrdinalRange } from "../partition/ranges.ts";

/** A partition was made; `unchanged` where it kept its data version. */
export interface Made {
  readonly outcome: "materialized" | "unchanged";
  readonly partition: number;
  /** Whether its source was asked again, and has other content than what stood. */
  readonly isOther: boolean;
  readonly rows: number;
  /** The checks that failed and block nothing. */
  readonly warnings: readonly CheckResult[];
}

/** Neighbouring partitions were not made: they failed, or a check or something that they need holds them back. */
export interface Problem extends OrdinalRange {
  readonly outcome: "failed" | "blocked";
  /** One line. */
  readonly message: string;
}

/** The outcome of partitions. */
export type Outcome = Made | Problem;

export function isProblem(outcome: Outcome): outcome is Problem {
  return "message" in outcome;
}
