import type { AssetKey, RunId } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { PartitionRange } from "../partition/range_text.ts";
import type { Json } from "./key_value.ts";
import type { Lead } from "./leads.ts";

/** How one tick of a schedule, of a sensor or of automation ended. */
export interface TickRecord {
  /** Whose tick it was. */
  readonly name: string;
  readonly at: Instant;
  readonly outcome: "requested" | "skipped" | "failed";
  /** In words, why; empty where there is no more to say. */
  readonly detail: string;
  /** The runs that it asked for. */
  readonly runs: readonly RunId[];
}

/** A tick as it is kept: a later one has a greater number. */
export interface KeptTick extends TickRecord {
  readonly number: number;
}

/** Why the partitions of an asset were asked for, or why none were. */
export interface AssetEvaluation {
  readonly asset: AssetKey;
  readonly at: Instant;
  /** The partitions that were asked for. */
  readonly requested: readonly PartitionRange[];
  /** The reasons that decided, a few words each. */
  readonly reasons: readonly string[];
  /** A tree of conditions. */
  readonly why: Json;
}

/** An evaluation as it is kept. */
export interface KeptEvaluation extends AssetEvaluation {
  /** The run that it led to, if any. */
  readonly run: RunId | null;
}

/** At most so many evaluations of an asset that led to runs are kept. */
export const MOST_EVALUATIONS = 500;

/**
 * The history of ticks, and of the evaluations behind them. Of the ticks of one name that were skipped only the last is
 * kept, of an asset's evaluations those that led to a run (`Queue.enqueue` keeps them with it), and the last one.
 */
export interface Ticks {
  /**
   * @param evaluations Those of assets of which nothing was asked for.
   * @param lead Under which it ticked: once that has passed on, nothing is noted.
   * @throws {PassedLeadError}
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
  /** Forgets ticks and evaluations of before an instant, but for the newest of each name and asset. @returns How many ticks. */
  forgetTicks(before: Instant, counting?: "only"): Promise<number>;
}
