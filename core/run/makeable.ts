import {
  count,
  fromOrdinals,
  intersect,
  normalize,
  ordinals,
  type Ranges,
  subtract,
} from "../partition/ranges.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { existing, membersOf, type Node } from "../staleness/node.ts";

/** The partitions of `ranges` that can be made: those that read an external asset that is looked at, where it was seen. */
export function makeable(index: StalenessIndex, node: Node, ranges: Ranges): Ranges {
  if (node.asset.observe !== null) {
    const there = [...index.failureRanges(node)];
    for (const { from, to } of ranges) {
      node.rows.each(from, to, (chunk, i, ordinal) => {
        if (chunk.stands(i)) there.push({ from: ordinal, to: ordinal });
      });
    }
    return intersect(ranges, normalize(there));
  }
  let left = ranges;
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
  return left;
}

/** Whether an external asset that is looked at is the node's, or above it. */
export function isWatched(node: Node): boolean {
  return node.asset.observe !== null ||
    node.up.some((edge) => edge.mode !== "present" && isWatched(edge.up));
}
