import type { AssetKey } from "../event.ts";
import { contains, fromOrdinals, ordinals } from "../partition/ranges.ts";
import { rangeText } from "../partition/range_text.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { type Edge, existing, type Node } from "../staleness/node.ts";
import type { Warning } from "../warnings.ts";
import { isWatched } from "./makeable.ts";
import type { Scope } from "./scope.ts";

/** A member of an external asset that was found no more: what is made of it cannot be made again. */
interface Gone {
  readonly up: Node;
  readonly member: number;
}

/** Whether a partition stays as it is, though it is not fresh: something that it is made of is found no more. */
export function isHeldBack(index: StalenessIndex, node: Node, partition: number): boolean {
  return goneBelow(index, node, partition) !== undefined;
}

/** The first member found no more without which a partition that stands, not fresh, cannot be made again. */
function goneBelow(index: StalenessIndex, node: Node, partition: number): Gone | undefined {
  // Damage is no state to stay in.
  if (!isWatched(node) || index.isDamaged(node, partition)) return undefined;
  for (const edge of node.up) {
    if (edge.mode === "present") continue;
    for (const member of ordinals(membersOf(index, edge, partition))) {
      if (contains(index.gone(edge.up), member)) return { up: edge.up, member };
      if (index.isSound(edge.up, member)) continue;
      const gone = goneBelow(index, edge.up, member);
      if (gone !== undefined) return gone;
    }
  }
}

function membersOf({ now }: StalenessIndex, { up, mapping }: Edge, partition: number) {
  return existing(up.set, mapping.members(partition, now), now);
}

/** The partitions of a scope that are held back, a warning for each asset that has some. */
export function heldBack(index: StalenessIndex, scope: Scope): Map<AssetKey, Warning[]> {
  const found = new Map<AssetKey, Warning[]>();
  if (!index.hasGone) return found;
  for (const [node, ranges] of scope) {
    if (node.asset.materialize === null || !isWatched(node)) continue;
    const held: number[] = [];
    const members = new Map<Node, number[]>();
    for (const partition of ordinals(ranges)) {
      if (index.judge(node, partition) === "fresh") continue;
      const gone = goneBelow(index, node, partition);
      if (gone === undefined) continue;
      held.push(partition);
      members.set(gone.up, [...members.get(gone.up) ?? [], gone.member]);
    }
    if (held.length > 0) found.set(node.key, [{ message: textOf(node, held, members) }]);
  }
  return found;
}

function textOf(node: Node, held: readonly number[], members: ReadonlyMap<Node, readonly number[]>): string {
  const missing = [...members].map(([up, found]) => `${up.key} ${keysOf(up, found)}`.trimEnd()).join(" and ");
  return `${keysOf(node, held)} not fresh, and stays so: ${missing} found no more`.trimStart();
}

function keysOf({ set }: Node, partitions: readonly number[]): string {
  const ranges = fromOrdinals([...new Set(partitions)].sort((a, b) => a - b));
  return ranges.map(({ from, to }) => rangeText(set.key(from), set.key(to))).join(", ");
}
