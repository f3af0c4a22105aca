import { contains, intersect, type OrdinalRange, ordinals, type Ranges } from "../partition/ranges.ts";
import { isTimeSet } from "../partition/partition_set.ts";
import { rangeText } from "../partition/range_text.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { type Edge, existing, type Node } from "../staleness/node.ts";
import { allReady } from "../staleness/readiness.ts";
import { makeable } from "./makeable.ts";
import type { Scope } from "./scope.ts";

/** Neighbouring partitions that cannot be made for the same reason. */
export interface Blocked {
  readonly range: OrdinalRange;
  /** One line: what they need, and how it stands. */
  readonly message: string;
  /** What keeps them back: partitions from the first to the last of an asset that they read. */
  readonly by: { readonly node: Node; readonly members: OrdinalRange };
}

interface Blocker {
  readonly up: Node;
  readonly members: OrdinalRange;
  readonly why: string;
}

/**
 * Parts what can be made from what is kept back: by a member that is missing or stale, whose files expired, or that failed
 * in this run. A member that is merely due to be asked again keeps nothing back.
 *
 * @param failed The partitions that failed or were blocked in this run.
 */
export function part(
  index: StalenessIndex,
  node: Node,
  wanted: Ranges,
  failed: ReadonlyMap<Node, Ranges>,
  scope: Scope,
): { readonly free: number[]; readonly blocked: Blocked[] } {
  const free: number[] = [];
  const groups: { from: number; to: number; up: Node; first: number; last: number; why: string }[] = [];
  for (const partition of ordinals(wanted)) {
    const found = blocker(index, node, partition, failed);
    if (found === undefined) {
      free.push(partition);
      continue;
    }
    const { up, members, why } = found;
    const group = groups.at(-1);
    if (group !== undefined && group.to === partition - 1 && group.up === up && group.why === why) {
      group.to = partition;
      group.first = Math.min(group.first, members.from);
      group.last = Math.max(group.last, members.to);
    } else groups.push({ from: partition, to: partition, up, first: members.from, last: members.to, why });
  }
  const blocked = groups.map(({ from, to, up, first, last, why }): Blocked => ({
    range: { from, to },
    by: { node: up, members: { from: first, to: last } },
    message: `needs ${name(up, first, last)}, which ${why}${
      advice(index, node, up, { from: first, to: last }, scope)
    }`,
  }));
  return { free, blocked };
}

function blocker(
  index: StalenessIndex,
  node: Node,
  partition: number,
  failed: ReadonlyMap<Node, Ranges>,
): Blocker | undefined {
  for (const edge of node.up) {
    if (edge.mode === "present") continue;
    const failures = failed.get(edge.up) ?? [];
    if (failures.length === 0 && allReady(index, edge, partition)) continue;
    let found: { from: number; to: number; why: string } | undefined;
    const members = existing(edge.up.set, edge.mapping.members(partition, index.now), index.now);
    for (const member of ordinals(members)) {
      const why = holding(index, edge, member, failures);
      if (why === undefined) continue;
      found ??= { from: member, to: member, why };
      if (why === found.why) found.to = member;
    }
    if (found !== undefined) return { up: edge.up, members: found, why: found.why };
  }
}

function holding(index: StalenessIndex, edge: Edge, member: number, failed: Ranges): string | undefined {
  if (contains(failed, member)) return "failed or is blocked";
  if (edge.mode === "content" && index.isExpired(edge.up, member)) return "has expired";
  if (index.isDamaged(edge.up, member)) return "is damaged";
  return index.isSound(edge.up, member) ? undefined : `is ${index.judge(edge.up, member)}`;
}

/** What the user can do about members that are not there. */
export function advice(
  index: StalenessIndex,
  node: Node,
  up: Node,
  members: OrdinalRange,
  scope: Scope,
): string {
  const covered = scope.get(up);
  if (up.asset.materialize === null) return up.asset.observe === null ? ": it is external, report it" : "";
  if (makeable(index, up, [members]).length === 0) return ": it was not seen";
  // What is selected may have no partition in the range.
  const isElsewhere = isTimeSet(up.set) && up.set.spec.type !== node.set.spec.type;
  if (covered === undefined) return `: select "+${node.key}"${isElsewhere ? " and widen the range" : ""}`;
  return intersect(covered, [members]).length === 0 ? ": widen the range" : "";
}

/** An asset with the first and the last of its partitions. */
export function name(node: Node, first: number, last: number): string {
  return `${node.key} ${rangeText(node.set.key(first), node.set.key(last))}`.trimEnd();
}
