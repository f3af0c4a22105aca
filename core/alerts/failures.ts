import { ordinals } from "../partition/ranges.ts";
import type { Failure } from "../ports/state.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { existing, type Node } from "../staleness/node.ts";

/** The existing partitions that failed for a reason and were not made since, ascending, and the newest of the failures. */
export function failuresOf(
  index: StalenessIndex,
  node: Node,
  reason: Failure["reason"],
): { readonly partitions: readonly number[]; readonly newest: Failure | undefined } {
  const partitions: number[] = [];
  let newest: Failure | undefined;
  for (const ordinal of ordinals(existing(node.set, index.failureRanges(node), index.now))) {
    const failure = index.failure(node, ordinal);
    if (failure?.reason !== reason) continue;
    partitions.push(ordinal);
    if (newest === undefined || failure.seq > newest.seq) newest = failure;
  }
  return { partitions, newest };
}
