import type { Instant } from "../../../core/instant.ts";
import type { StalenessIndex } from "../../../core/staleness/index.ts";
import { summaryOf } from "../../../core/staleness/summary.ts";

/** The next instant at which something changes by time alone, as what is kept of partitions has it, or Infinity. */
export function nextChange(index: StalenessIndex): Instant {
  const instants = index.nodes.flatMap((node) => [
    node.set.nextExisting(index.now),
    ...node.asset.due === null
      ? []
      : Array.from(node.rows.chunks(), (chunk) => summaryOf(index, node, chunk).until),
  ]);
  return Math.min(...instants, Infinity);
}
