import type { CheckResult } from "../check.ts";
import type { AssetKey } from "../event.ts";
import { KnownResults } from "../known_results.ts";
import type { Orchestrator } from "../orchestrator.ts";
import type { State } from "../ports/state.ts";
import { allExisting } from "../staleness/node.ts";
import { standing } from "../staleness/states.ts";

/** A partition that stands though checks failed, by its ordinal. */
export interface FailingPartition {
  readonly partition: number;
  /** Of its checks, as they were run last. */
  readonly failed: readonly CheckResult[];
}

/** Some of an asset's partitions that stand though checks failed. */
export interface FailingPartitions {
  /** Of all of them, on any page. */
  readonly total: number;
  /** The newest first. */
  readonly listed: readonly FailingPartition[];
  /** Whether there are some before those. */
  readonly more: boolean;
}

/**
 * Lists the partitions of an asset that stand though checks failed, a page at a time.
 *
 * @param before The page after this ordinal. @default the first
 */
export async function failingPartitions(
  { orchestrator: { index }, state }: { readonly orchestrator: Orchestrator; readonly state: State },
  asset: AssetKey,
  { limit, before = Infinity }: { readonly limit: number; readonly before?: number | undefined },
): Promise<FailingPartitions> {
  const node = index.node(asset);
  const { failing } = standing(index, node, allExisting(node, index.now)).totals;
  const older = failing.filter((each) => each < before);
  const results = await new KnownResults(state, index).of(node, older.slice(-limit));
  return {
    total: failing.length,
    listed: results.map(({ partition, checks }) => ({
      partition,
      failed: checks.filter(({ passed }) => !passed),
    })).reverse(),
    more: older.length > limit,
  };
}
