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
import { existing, materializedIn, membersOf, type Node } from "../staleness/node.ts";

/**
 * The partitions of `ranges` that there are: those that read an external asset that is looked at, where all of it was
 * seen, and any that stand.
 */
export function makeable(index: StalenessIndex, node: Node, ranges: Ranges): Ranges {
  if (node.asset.observe !== null) {
    return intersect(ranges, normalize([...index.failureRanges(node), ...materializedIn(node, ranges)]));
  }
  if (!isWatched(node)) return ranges;
  const stand = materializedIn(node, ranges);
  let left = subtract(ranges, stand);
  for (const edge of node.up) {
    if (edge.mode === "present" || !isWatched(edge.up)) continue;
    const absent = [...ordinals(left)].filter((ordinal) => {
      const members = existing(
        edge.up.set,
        membersOf(edge, [{ from: ordinal, to: ordinal }], index.now),
        index.now,
      );
      return count(makeable(index, edge.up, members)) < count(members);
    });
    left = subtract(left, fromOrdinals(absent));
  }
  return union(left, stand);
}

/** Whether an external asset that is looked at is the node's, or above it. */
export function isWatched(node: Node): boolean {
  return node.asset.observe !== null ||
    node.up.some((edge) => edge.mode !== "present" && isWatched(edge.up));
}
