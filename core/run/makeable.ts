import {
  count,
  fromOrdinals,
  intersect,
  normalize,
  ordinals,
  type Ranges,
  subtract,
  union,
} from "../partition/ranges.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { type Edge, existing, materializedIn, membersOf, type Node } from "../staleness/node.ts";

/**
 * The partitions of `ranges` that there are: those that read an external asset that is looked at, where all of it was
 * seen, and any that stand.
 */
export function makeable(index: StalenessIndex, node: Node, ranges: Ranges): Ranges {
  if (node.asset.observe !== null) {
    const failed = subtract(index.failureRanges(node), index.gone(node));
    return intersect(ranges, normalize([...failed, ...materializedIn(node, ranges)]));
  }
  if (!isWatched(node)) return ranges;
  const stand = materializedIn(node, ranges);
  let left = subtract(ranges, stand);
  for (const edge of node.up) {
    if (edge.mode === "present" || !isWatched(edge.up)) continue;
    const absent = [...ordinals(left)].filter((ordinal) => {
      const { members, there } = membersThere(index, edge, ordinal);
      return count(there) < count(members);
    });
    left = subtract(left, fromOrdinals(absent));
  }
  return union(left, stand);
}

/** The members of a partition that exist, and those of them of which something new can be made. */
export function membersThere(index: StalenessIndex, edge: Edge, partition: number) {
  const { up } = edge;
  const all = membersOf(edge, [{ from: partition, to: partition }], index.now);
  const members = existing(up.set, all, index.now);
  return { members, there: subtract(makeable(index, up, members), index.gone(up)) };
}

/** Whether an external asset that is looked at is the node's, or above it. */
export function isWatched(node: Node): boolean {
  return node.asset.observe !== null ||
    node.up.some((edge) => edge.mode !== "present" && isWatched(edge.up));
}
