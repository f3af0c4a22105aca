import { contains, intersect, type OrdinalRange, ordinals, type Ranges, union } from "../partition/ranges.ts";
import { isTimeSet } from "../partition/partition_set.ts";
import { keyRange, rangeText } from "../partition/range_text.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { type Edge, existing, type Node } from "../staleness/node.ts";
import { allReady } from "../staleness/readiness.ts";
import { makeable } from "./makeable.ts";
import type { Scope } from "./scope.ts";

/** Members that keep partitions from being made: from the first to the last of an asset that they read. */
export interface Need {
  readonly up: Node;
  readonly members: OrdinalRange;
  /** How the members stand, such as `is missing`. */
  readonly why: string;
}

export interface NeedsOptions {
  readonly index: StalenessIndex;
  readonly scope: Scope;
  /** Whether a member will be made before what reads it is. @default none will */
  readonly expects?: (up: Node, member: number) => boolean;
}

/**
 * The needs that keep partitions of a scope from being made: a member that is missing or stale, whose files expired or are
 * damaged, or that failed. A member that is merely due to be asked again keeps nothing back.
 */
export class Needs {
  readonly #index: StalenessIndex;
  readonly #scope: Scope;
  readonly #expects: (up: Node, member: number) => boolean;
  readonly #failed = new Map<Node, Ranges>();

  constructor({ index, scope, expects = () => false }: NeedsOptions) {
    this.#index = index;
    this.#scope = scope;
    this.#expects = expects;
  }

  /** The partitions that failed or are blocked. */
  failed(node: Node): Ranges {
    return this.#failed.get(node) ?? [];
  }

  /** From now on these keep back whatever reads them. */
  fail(node: Node, partitions: Ranges): void {
    this.#failed.set(node, union(this.failed(node), partitions));
  }

  /** The first need of a partition. */
  of(node: Node, partition: number): Need | undefined {
    const index = this.#index;
    for (const edge of node.up) {
      if (edge.mode === "present") continue;
      const failed = this.failed(edge.up);
      if (failed.length === 0 && allReady(index, edge, partition)) continue;
      let found: { from: number; to: number; why: string } | undefined;
      const members = existing(edge.up.set, edge.mapping.members(partition, index.now), index.now);
      for (const member of ordinals(members)) {
        const why = this.#holding(edge, member, failed);
        if (why === undefined) continue;
        found ??= { from: member, to: member, why };
        if (why === found.why) found.to = member;
      }
      if (found === undefined) continue;
      const { why, from, to } = found;
      return { up: edge.up, members: { from, to }, why };
    }
  }

  /** One line: what is needed, how it stands, and what the user can do about it. */
  text(node: Node, { up, members, why }: Need): string {
    const needed = `needs ${up.key} ${rangeText(up.set.key(members.from), up.set.key(members.to))}`.trimEnd();
    const advice = why === EXPIRED ? remaking(up, members) : this.#advice(node, up, members);
    return `${needed}, which ${why}${advice}`;
  }

  #holding(edge: Edge, member: number, failed: Ranges): string | undefined {
    const index = this.#index;
    if (contains(failed, member)) return "failed or is blocked";
    if (this.#expects(edge.up, member)) return undefined;
    if (edge.mode === "content" && index.isExpired(edge.up, member)) return EXPIRED;
    if (index.isDamaged(edge.up, member)) return "is damaged";
    if (index.isSound(edge.up, member)) return undefined;
    return index.failure(edge.up, member) === undefined
      ? `is ${index.judge(edge.up, member)}`
      : "failed or is blocked";
  }

  #advice(node: Node, up: Node, members: OrdinalRange): string {
    const covered = this.#scope.get(up);
    if (up.asset.materialize === null) return up.asset.observe === null ? ": it is external, report it" : "";
    if (makeable(this.#index, up, [members]).length === 0) return ": it was not seen";
    // What is selected may have no partition in the range.
    const isElsewhere = isTimeSet(up.set) && up.set.spec.type !== node.set.spec.type;
    if (covered === undefined) return `: select "+${node.key}"${isElsewhere ? " and widen the range" : ""}`;
    return intersect(covered, [members]).length === 0 ? ": widen the range" : "";
  }
}

const EXPIRED = "has expired";

/** The need of a partition for members whose files expired, in a line with the command that makes them again. */
export function expiredNeed(index: StalenessIndex, node: Node, partition: number): string | undefined {
  const needs = new Needs({ index, scope: new Map() });
  const need = needs.of(node, partition);
  return need?.why === EXPIRED ? needs.text(node, need) : undefined;
}

/** Expired partitions are fresh: they are made again by force alone, before what reads them. */
function remaking({ key, set }: Node, members: OrdinalRange): string {
  const { from, to } = keyRange(set, members);
  const which = from !== to && isTimeSet(set)
    ? ` --from ${from} --to ${to}`
    : [...ordinals([members])].map((member) => partitionFlag(set.key(member))).join("");
  return `: make it again with "deno task materialize ${key}${which} --force", then this`;
}

const partitionFlag = (key: string | null) => key === null ? "" : ` --partition ${key}`;

/** Needs of neighbouring partitions as one: the same of the members of both; undefined if they differ. */
export function joined(a: Need, b: Need): Need | undefined {
  if (a.up !== b.up || a.why !== b.why) return undefined;
  const from = Math.min(a.members.from, b.members.from);
  const to = Math.max(a.members.to, b.members.to);
  return { ...a, members: { from, to } };
}
