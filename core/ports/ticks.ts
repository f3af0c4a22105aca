import type { AssetKey, RunId } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { PartitionRange } from "../partition/range_text.ts";
import type { Json } from "./key_value.ts";
import type { Lead } from "./leads.ts";

/** The outcome of one tick of a schedule, a sensor or automation. */
export interface TickRecord {
  /** The schedule's or sensor's name, or `automation`. */
  readonly name: string;
  readonly at: Instant;
  readonly outcome: "requested" | "skipped" | "failed";
  /** One line on why; may be empty. */
  readonly detail: string;
  /** The runs that it requested. */
  readonly runs: readonly RunId[];
}

/** A recorded tick; numbers ascend with time. */
export interface KeptTick extends TickRecord {
  readonly number: number;
}

/** An evaluation of an asset's condition: the partitions that it requested, if any, and why. */
export interface AssetEvaluation {
  readonly asset: AssetKey;
  readonly at: Instant;
  /** The partitions that it requested. */
  readonly requested: readonly PartitionRange[];
  /** The reasons that decided, a few words each. */
  readonly reasons: readonly string[];
  /** The conditions as a tree, each with its value: a {@linkcode Why} as JSON. */
  readonly why: Json;
}

/** A recorded evaluation. */
export interface KeptEvaluation extends AssetEvaluation {
  /** The run that it led to, if any. */
  readonly run: RunId | null;
}

/** The number of evaluations that led to runs that are kept of each asset. */
export const MOST_EVALUATIONS = 500;

/**
 * The history of ticks and evaluations. Of a name's skipped ticks only the last is kept; of an asset's
 * evaluations those that led to a run, which `Queue.enqueue` keeps, and the last one.
 */
export interface Ticks {
  /**
   * Records a tick.
   *
   * @param evaluations The evaluations that requested nothing.
   * @param lead The lead under which it ticked.
   * @throws {PassedLeadError} If the lead has passed on: nothing was recorded.
   */
  noteTick(tick: TickRecord, evaluations?: readonly AssetEvaluation[], lead?: Lead): Promise<void>;
  /** The ticks of a name, newest first; with `before`, those with a lesser number. */
  ticks(
    name: string,
    page: { readonly limit: number; readonly before?: number },
  ): Promise<readonly KeptTick[]>;
  /** The newest tick of each name. */
  lastTicks(): Promise<ReadonlyMap<string, KeptTick>>;
  /** The evaluations of an asset, newest first. */
  evaluations(asset: AssetKey, limit: number): Promise<readonly KeptEvaluation[]>;
  /**
   * Forgets ticks and evaluations of before an instant, but for the newest of each name and asset.
   *
   * @returns How many ticks.
   */
  forgetTicks(before: Instant, counting?: "only"): Promise<number>;
}
