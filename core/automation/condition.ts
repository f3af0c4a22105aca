import type { Duration } from "../instant.ts";
import type { CauseKind } from "../staleness/judgement.ts";

/**
 * A condition under which partitions are made by themselves, as data. Made by {@linkcode eager} and the like, or
 * {@linkcode when}.
 */
export type Condition =
  | PlainCondition
  | StaleCondition
  | FailedCondition
  | CronCondition
  | LatestCondition
  | UpstreamCondition
  | CombinedCondition
  | OneCondition
  | SinceCondition;

/** A condition without parameters. */
export interface PlainCondition {
  readonly condition:
    | "missing"
    | "newly_updated"
    | "in_progress"
    | "blocked"
    | "code_changed"
    | "checks_failed"
    | "late"
    | "ready"
    | "requested";
}

/** A partition stands and is not fresh: for any cause, or for one of these kinds. */
export interface StaleCondition {
  readonly condition: "stale";
  readonly because?: readonly CauseKind[];
}

/**
 * The last attempt at a partition failed: ever since it was made or, with `within`, less than so long ago by the present
 * code. With `within`, a failure because a service was down does not count once that is back.
 */
export interface FailedCondition {
  readonly condition: "failed";
  readonly within?: Duration;
}

/** The time that a cron expression names came since the last evaluation. */
export interface CronCondition {
  readonly condition: "cron_passed";
  readonly pattern: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** A partition is one of the latest windows of its set. */
export interface LatestCondition {
  readonly condition: "within_latest";
  readonly windows: number;
}

/** Any or all of the partitions that are read meet a condition; dependencies of mode `present` do not count. */
export interface UpstreamCondition {
  readonly condition: "any_upstream" | "all_upstream";
  readonly of: Condition;
}

/** All or any of several conditions are met; the label is shown in their place. */
export interface CombinedCondition {
  readonly condition: "and" | "or";
  readonly of: readonly Condition[];
  readonly label?: string;
}

/** A condition is not met, or was not met at the last evaluation and is now. */
export interface OneCondition {
  readonly condition: "not" | "newly_true";
  readonly of: Condition;
}

/** A condition was met, and the condition `reset` has not been met since. */
export interface SinceCondition {
  readonly condition: "since";
  readonly of: Condition;
  readonly reset: Condition;
}

function plain(condition: PlainCondition["condition"]): Condition {
  return { condition };
}

/** Conditions on a partition, to be combined by `and`, `or` and `not`: `when.and(when.missing, when.withinLatest(7))`. */
export const when = {
  /** It was never made, or was wiped. */
  missing: plain("missing"),
  /** It stands and is not fresh: for any cause, or for one of these kinds. */
  stale: (...because: readonly CauseKind[]): Condition =>
    because.length === 0 ? { condition: "stale" } : { condition: "stale", because },
  /** It was made since the last evaluation, whether or not its content changed. */
  newlyUpdated: plain("newly_updated"),
  /** A run is at work on it, or it is left to one that is queued or to a backfill. */
  inProgress: plain("in_progress"),
  /** The last attempt at it failed, by an error or by a check: ever since it was made, or less than `within` ago by its code. */
  failed: (within?: Duration): Condition => ({ condition: "failed", ...(within && { within }) }),
  /** A check holds it back, or something that it needs failed or is blocked. */
  blocked: plain("blocked"),
  /** It was made by other code than the present one. */
  codeChanged: plain("code_changed"),
  /** The time that a cron expression names in a zone came since the last evaluation. */
  cronPassed: (pattern: string, timeZone = "UTC"): Condition => ({
    condition: "cron_passed",
    pattern,
    timeZone,
  }),
  /**
   * It is one of the latest windows; of a set without time, any.
   *
   * @throws {RangeError} If the number is not a whole one from 1.
   */
  withinLatest(windows: number): Condition {
    if (Number.isInteger(windows) && windows >= 1) return { condition: "within_latest", windows };
    throw new RangeError(`declaring a look-back: found ${windows} windows, wanted a whole number from 1`);
  },
  /** A check of what stands failed, be it a warning or a blocking one. */
  checksFailed: plain("checks_failed"),
  /** It breaks the asset's freshness promise. */
  late: plain("late"),
  /** What reads it can be made: it is there with its files, and is fresh or merely due. */
  ready: plain("ready"),
  /** It is requested in this same evaluation. */
  requested: plain("requested"),
  /** Any partition that it reads meets the condition. */
  anyUpstream: (of: Condition): Condition => ({ condition: "any_upstream", of }),
  /** Every partition that it reads meets the condition. */
  allUpstream: (of: Condition): Condition => ({ condition: "all_upstream", of }),
  /** The condition was met, and `reset` has not been met later; both met at once count as met. */
  since: (of: Condition, reset: Condition): Condition => ({ condition: "since", of, reset }),
  /** The condition was not met at the last evaluation, and is now. */
  newlyTrue: (of: Condition): Condition => ({ condition: "newly_true", of }),
  and: (...of: readonly Condition[]): Condition => ({ condition: "and", of }),
  or: (...of: readonly Condition[]): Condition => ({ condition: "or", of }),
  not: (of: Condition): Condition => ({ condition: "not", of }),
} as const;
