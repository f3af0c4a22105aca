import type { AssetKey } from "./event.ts";
import { type Instant, type Milliseconds, milliseconds } from "./instant.ts";
import { isTimeSet } from "./partition/partition_set.ts";
import { count, type Ranges } from "./partition/ranges.ts";
import { runningIn, type Session } from "./run/session.ts";
import type { StalenessIndex } from "./staleness/index.ts";
import { allExisting, type Node } from "./staleness/node.ts";
import { Overlay, type PartitionState, standing, type StateRange } from "./staleness/states.ts";
import { lateOf, recentOf } from "./warnings.ts";

/** The number of partitions of an asset in each state. */
export type PartitionCounts = Readonly<Record<"total" | PartitionState, number>>;

/** The counts of an asset, over all of its partitions. */
export interface AssetCounts {
  readonly key: AssetKey;
  /** fresh + stale + missing = total; the others lie over these. */
  readonly partitions: PartitionCounts;
  /** Each partition once, by what lies over it. */
  readonly shown: Readonly<Record<PartitionState, number>>;
  /** How many break the asset's freshness promise of those that are kept up; null where it promises nothing. */
  readonly late: number | null;
  /** For how long the oldest of these has broken it; 0 where none does. */
  readonly lag: Milliseconds | null;
  readonly lastMaterialized: Instant | null;
  /** Of what stands, as they were run last. */
  readonly checks: { readonly passed: number; readonly failed: number };
  /** The keys of the newest partitions that stand though checks failed, the newest first. */
  readonly failing: readonly (string | null)[];
}

/** So many of these are told. */
const FAILING = 3;

/**
 * The counts of every asset, or of some, from those kept of neighbouring partitions: cheap where little changed.
 *
 * @param lookbackDays What is missing is late within so many days.
 */
export async function countsOf(
  { index, state }: Session,
  lookbackDays: number,
  assets?: ReadonlySet<AssetKey>,
): Promise<AssetCounts[]> {
  const overlay = new Overlay(index, await runningIn(state));
  const recent = recentOf(index, lookbackDays);
  return index.nodes.filter(({ key }) => assets?.has(key) ?? true).map((node) => {
    const ranges = allExisting(node, index.now);
    const { partitions, judged, shown, lastMaterialized, checks, failing } = counted(
      index,
      overlay,
      node,
      ranges,
    );
    const late = node.asset.freshness === null ? null : lateOf(index, node, judged, recent.get(node) ?? []);
    return {
      key: node.key,
      partitions,
      shown,
      late: late && count(late),
      lag: late && lagOf(index, node, late),
      lastMaterialized,
      checks,
      failing: failing.slice(-FAILING).reverse().map((ordinal) => node.set.key(ordinal)),
    };
  });
}

/** How many of some partitions stand how, and the runs of those that stand alike. */
export function counted(index: StalenessIndex, overlay: Overlay, node: Node, ranges: Ranges) {
  const partitions = { total: count(ranges), fresh: 0, stale: 0, missing: 0 };
  const { judged, totals } = standing(index, node, ranges);
  for (const run of judged) partitions[run.state] += count([run]);
  const states: readonly StateRange[] = overlay.states(node, ranges, judged);
  const shown = { fresh: 0, stale: 0, missing: 0, failed: 0, running: 0, blocked: 0 };
  for (const run of states) shown[run.state] += count([run]);
  const { failed, running, blocked } = shown;
  return { partitions: { ...partitions, failed, running, blocked }, shown, judged, states, ...totals };
}

function lagOf(index: StalenessIndex, { set, asset }: Node, late: Ranges): Milliseconds {
  const [oldest] = late;
  if (oldest === undefined || !isTimeSet(set) || asset.freshness === null) return 0;
  return Math.max(0, index.now - set.window(oldest.from).end - milliseconds(asset.freshness.within));
}
