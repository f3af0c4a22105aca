import type { AssetKey } from "../event.ts";
import type { Graph } from "../graph.ts";
import type { RunSelection } from "../run/scope.ts";

/** The first asset whose whole history would be forgotten for want of a range; undefined where one is given. */
export function unranged(graph: Graph, selection: RunSelection): AssetKey | undefined {
  const { assets, all, from, to, partitions = [] } = selection;
  if (all || from !== undefined || to !== undefined || partitions.length > 0) return undefined;
  return [...assets].find((key) => graph.byKey.get(key)!.partitions.spec.type !== "single");
}
