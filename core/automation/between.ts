import type { Instant } from "../instant.ts";
import { type Ranges, union } from "../partition/ranges.ts";
import { isBehind, membersOf, type Node } from "../staleness/node.ts";

/**
 * Adds to the requested partitions those that lie between: an asset that reads what will be made, and is read by what will be made, may
 * be stale by then. Only what is made by itself at all; what turns out to be fresh is passed over by the run.
 */
export function withBetween(wanted: ReadonlyMap<Node, Ranges>, now: Instant): Map<Node, Ranges> {
  const all = new Map(wanted);
  const below = new Set<Node>();
  const add = (node: Node) => {
    if (below.has(node)) return;
    below.add(node);
    for (const edge of node.down) add(edge.down);
  };
  for (const node of wanted.keys()) for (const edge of node.down) add(edge.down);
  for (const node of [...below].sort((a, b) => b.order - a.order)) {
    const { materialize, automation } = node.asset;
    if (wanted.has(node) || materialize === null || automation === null || isBehind(node)) continue;
    for (const edge of node.down) {
      const readers = all.get(edge.down);
      if (readers === undefined || edge.mode === "present") continue;
      all.set(node, union(all.get(node) ?? [], membersOf(edge, readers, now)));
    }
  }
  return all;
}
