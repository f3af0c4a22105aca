import type { AssetKey, Seq } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { Ranges } from "../partition/ranges.ts";
import type { Cron } from "../ports/cron.ts";
import type { StalenessIndex } from "../staleness/index.ts";

/** The graph as conditions see it; nothing of it changes while they are evaluated. */
export interface View {
  readonly index: StalenessIndex;
  /** The partitions that live workers hold, or that runs and backfills are to make, by asset. */
  readonly running: ReadonlyMap<AssetKey, Ranges>;
  /** Those requested in the same evaluation, of assets that were evaluated before. */
  readonly requested: ReadonlyMap<AssetKey, Ranges>;
  readonly cron: Cron;
}

/** The memory of an asset's condition from one evaluation to the next, as JSON. */
export interface Memory {
  /** The number of the last event that was known. */
  readonly seq: Seq;
  readonly at: Instant;
  /** Where parts of the condition were met, by their place in it. */
  readonly met: Readonly<Record<string, Ranges>>;
}
