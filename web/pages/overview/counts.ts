import type { AssetCounts, Graph, Instant } from "../../../core/mod.ts";
import { type CountsShown, shownCounts } from "../../parts/counts.ts";

/** What the assets of a group come to together. */
export interface GroupCounts {
  readonly group: string;
  readonly assets: number;
  readonly total: number;
  readonly states: CountsShown;
  readonly lastMaterialized: Instant | null;
}

/** Sums the counts of assets by group, in the graph's order. */
export function groupCounts(graph: Graph, counts: readonly AssetCounts[]): GroupCounts[] {
  const groups = Map.groupBy(counts, ({ key }) => graph.byKey.get(key)!.group);
  return [...groups].map(([group, those]) => {
    return {
      group,
      assets: those.length,
      total: those.reduce((sum, { partitions }) => sum + partitions.total, 0),
      states: shownCounts(...those),
      lastMaterialized: those.reduce<Instant | null>(
        (newest, { lastMaterialized: at }) => at !== null && at > (newest ?? -Infinity) ? at : newest,
        null,
      ),
    };
  });
}
