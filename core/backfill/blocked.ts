import { contains, fromOrdinals, ordinals } from "../partition/ranges.ts";
import { rangeText } from "../partition/range_text.ts";
import { type Need, Needs } from "../run/needs.ts";
import type { Scope } from "../run/scope.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";

/** Partitions of one asset that something else of one asset would hold back. */
export interface WouldBeBlocked {
  readonly asset: string;
  readonly partitions: number;
  /** One line: what the first of them needs, and what makes that. */
  readonly message: string;
}

interface Group {
  readonly node: Node;
  readonly first: number;
  readonly need: Need;
  partitions: number;
}

/** The partitions of a backfill that cannot be made: they need others that are neither there nor selected. */
export function wouldBeBlocked(index: StalenessIndex, wanted: Scope): WouldBeBlocked[] {
  const needs = new Needs({
    index,
    scope: wanted,
    expects: (up, member) => contains(wanted.get(up) ?? [], member),
  });
  const groups: Group[] = [];
  for (const [node, ranges] of wanted) {
    const byUp = new Map<Node, Group>();
    const blocked: number[] = [];
    for (const partition of ordinals(ranges)) {
      const need = needs.of(node, partition);
      if (need === undefined) continue;
      blocked.push(partition);
      const group = byUp.get(need.up);
      if (group === undefined) byUp.set(need.up, { node, first: partition, need, partitions: 1 });
      else group.partitions++;
    }
    needs.fail(node, fromOrdinals(blocked));
    groups.push(...byUp.values());
  }
  return groups.map((group) => ({
    asset: group.node.key,
    partitions: group.partitions,
    message: messageOf(needs, wanted, group),
  }));
}

function messageOf(needs: Needs, wanted: Scope, { node, first, need }: Group): string {
  const key = node.set.key(first);
  const { up, members, why } = need;
  const isLeftOut = !wanted.has(up) && up.asset.materialize !== null;
  const text = isLeftOut
    ? `needs ${up.key} ${rangeText(up.set.key(members.from), up.set.key(members.to))}`.trimEnd() +
      `, which ${why}: "+${node.key}" makes that, too`
    : needs.text(node, need);
  return key === null ? text : `${key} ${text}`;
}
