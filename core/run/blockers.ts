import { contains, ordinals, type Ranges } from "../partition/ranges.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { type Edge, existing, type Node } from "../staleness/node.ts";

/**
 * What keeps a partition from being made: a member that is missing or stale, whose files expired, or that failed in this
 * run. A member that is merely due to be asked again keeps nothing back.
 *
 * @param failed The partitions that failed or were blocked in this run.
 * @returns One line, or undefined when nothing does.
 */
export function blocker(
  index: StalenessIndex,
  node: Node,
  partition: number,
  failed: ReadonlyMap<Node, Ranges>,
): string | undefined {
  for (const edge of node.up) {
    if (edge.mode === "present") continue;
    const members = edge.mapping.members(partition, index.now);
    const failures = failed.get(edge.up) ?? [];
    if (failures.length === 0 && index.allReady(edge, partition)) continue;
    for (const member of ordinals(existing(edge.up.set, members, index.now))) {
      const why = failing(index, edge, member, failures);
      if (why !== undefined) return `needs ${name(edge.up, member)}, ${why}`;
    }
  }
}

function failing(index: StalenessIndex, edge: Edge, member: number, failed: Ranges): string | undefined {
  if (contains(failed, member)) return "which failed or is blocked";
  if (edge.mode === "content" && index.isExpired(edge.up, member)) return "whose files have expired";
  if (index.isSound(edge.up, member)) return undefined;
  return `which is ${index.judge(edge.up, member)}`;
}

function name(node: Node, partition: number): string {
  const key = node.set.key(partition);
  return key === null ? node.key : `${node.key} ${key}`;
}
