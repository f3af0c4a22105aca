import { contains, normalize, type OrdinalRange, ordinals, type Ranges } from "./partition/ranges.ts";
import { advice, name } from "./run/blockers.ts";
import type { Scope } from "./run/scope.ts";
import type { StalenessIndex } from "./staleness/index.ts";
import { existing, type Node } from "./staleness/node.ts";

/** Why partitions were not made, or cannot be: they failed, or a check or something that they need holds them back. */
export interface Hindrance {
  readonly state: "failed" | "blocked";
  /** One line. */
  readonly message: string;
}

/** Neighbouring partitions with the same in their way, or nothing. */
export interface Piece extends OrdinalRange {
  readonly hindrance: Hindrance | undefined;
}

/** Something in the way of one partition: a failure of its own, or members that it needs. */
type Obstacle =
  | { readonly state: Hindrance["state"]; readonly message: string }
  | { readonly up: Node; readonly members: OrdinalRange; readonly why: string };

/** What keeps the partitions of a scope back. Its nodes are asked for in dependency order. */
export class Hindrances {
  readonly #index: StalenessIndex;
  readonly #scope: Scope;
  readonly #held = new Map<Node, Ranges>();

  constructor(index: StalenessIndex, scope: Scope) {
    this.#index = index;
    this.#scope = scope;
  }

  /** Partitions that are to be made, cut where something else is in their way. */
  pieces(node: Node, { from, to }: OrdinalRange): Piece[] {
    const pieces: { from: number; to: number; obstacle: Obstacle | undefined }[] = [];
    for (let ordinal = from; ordinal <= to; ordinal++) {
      const obstacle = this.#failure(node, ordinal) ?? this.#need(node, ordinal);
      const last = pieces.at(-1);
      if (last === undefined || !isSame(last.obstacle, obstacle)) {
        pieces.push({ from: ordinal, to: ordinal, obstacle });
        continue;
      }
      last.to = ordinal;
      last.obstacle = joined(last.obstacle, obstacle);
    }
    const held = pieces.filter(({ obstacle }) => obstacle !== undefined);
    if (held.length > 0) this.#held.set(node, normalize([...this.#held.get(node) ?? [], ...held]));
    return pieces.map(({ from, to, obstacle }) => ({ from, to, hindrance: this.#told(node, obstacle) }));
  }

  #failure(node: Node, ordinal: number): Hindrance | undefined {
    const failure = this.#index.failure(node, ordinal);
    if (failure === undefined) return undefined;
    return { state: failure.reason === "check" ? "blocked" : "failed", message: failure.message };
  }

  #need(node: Node, ordinal: number): Obstacle | undefined {
    const { now } = this.#index;
    for (const { up, mode, mapping } of node.up) {
      if (mode === "present") continue;
      let found: { from: number; to: number; why: string } | undefined;
      for (const member of ordinals(existing(up.set, mapping.members(ordinal, now), now))) {
        const why = this.#holding(up, member);
        if (why === undefined) continue;
        found ??= { from: member, to: member, why };
        if (why === found.why) found.to = member;
      }
      if (found === undefined) continue;
      const { why, from, to } = found;
      return { up, members: { from, to }, why };
    }
  }

  /** Why a member keeps back what reads it; undefined if it stands, or is to be made before. */
  #holding(up: Node, member: number): string | undefined {
    if (this.#index.isSound(up, member)) return undefined;
    if (contains(this.#held.get(up) ?? [], member) || this.#failure(up, member) !== undefined) {
      return "failed or is blocked";
    }
    const planned = up.asset.materialize !== null && contains(this.#scope.get(up) ?? [], member);
    return planned ? undefined : `is ${this.#index.judge(up, member)}`;
  }

  #told(node: Node, obstacle: Obstacle | undefined): Hindrance | undefined {
    if (obstacle === undefined || "message" in obstacle) return obstacle;
    const { up, members, why } = obstacle;
    const needed = `needs ${name(up, members.from, members.to)}, which ${why}`;
    return { state: "blocked", message: needed + advice(this.#index, node, up, members, this.#scope) };
  }
}

function isSame(a: Obstacle | undefined, b: Obstacle | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if ("message" in a) return "message" in b && a.state === b.state && a.message === b.message;
  return "up" in b && a.up === b.up && a.why === b.why;
}

/** The same obstacle, of the members of both. */
function joined(a: Obstacle | undefined, b: Obstacle | undefined): Obstacle | undefined {
  if (a === undefined || b === undefined || "message" in a || "message" in b) return a;
  const from = Math.min(a.members.from, b.members.from);
  return { ...a, members: { from, to: Math.max(a.members.to, b.members.to) } };
}
