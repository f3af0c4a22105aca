import type { AssetKey, Seq } from "../event.ts";
import type { Instant } from "../instant.ts";

/** A partition of which a state remembers materializations that others have replaced. */
export interface Replaced {
  readonly asset: AssetKey;
  readonly partition: number;
  /** The numbers of those that were made before the instant asked for and stand no more, ascending. */
  readonly materializations: readonly Seq[];
}

/** The counts of what was forgotten, or would be. */
export interface Forgotten {
  readonly events: number;
  /** With their steps and logs. */
  readonly runs: number;
  /** With the evaluations behind them. */
  readonly ticks: number;
}

/**
 * Forgetting what nothing needs any more. What stands, the marks and the newest check of it, and the newest event and run
 * stay, whatever their age; numbers are never given again.
 */
export interface History {
  /** Partitions with materializations that stand no more and were made before an instant. */
  replaced(before: Instant): Promise<readonly Replaced[]>;
  /** Forgets materializations that stand no more; those of the partition before and after them follow each other then. */
  forget(materializations: readonly Seq[]): Promise<void>;
  /**
   * Forgets other events from before an instant that say nothing any more, and runs that had ended by then, but for
   * rollbacks that stand.
   */
  forgetOlder(before: Instant, counting?: "only"): Promise<Omit<Forgotten, "ticks">>;
}
