import type { AssetCounts, Attention, Graph, Instant } from "../../../core/mod.ts";
import type { ShownState } from "../../parts/state.tsx";

/** What the assets of a group come to together. */
export interface GroupCounts {
  readonly group: string;
  readonly assets: number;
  readonly total: number;
  readonly states: Readonly<Partial<Record<ShownState, number>>>;
  readonly lastMaterialized: Instant | null;
}

/** The states of a whole that are shown side by side; the others lie over these. */
const WHOLE = ["fresh", "stale", "missing"] as const;
const OVER = ["failed", "blocked", "running"] as const;

/** Sums the counts of assets by group, in the graph's order. @param late How many are late, of those that are wanted. */
export function groupCounts(
  graph: Graph,
  counts: readonly AssetCounts[],
  late: Attention["late"],
): GroupCounts[] {
  const groups = Map.groupBy(counts, ({ key }) => graph.byKey.get(key)!.group);
  return [...groups].map(([group, those]) => {
    const sum = (state: keyof AssetCounts["partitions"]) =>
      those.reduce((total, { partitions }) => total + partitions[state], 0);
    return {
      group,
      assets: those.length,
      total: sum("total"),
      states: {
        ...Object.fromEntries([...WHOLE, ...OVER].map((state) => [state, sum(state)])),
        late: those.reduce((total, { key }) => total + (late.get(key) ?? 0), 0),
      },
      lastMaterialized: those.reduce<Instant | null>(
        (newest, { lastMaterialized: at }) => at !== null && at > (newest ?? -Infinity) ? at : newest,
        null,
      ),
    };
  });
}
