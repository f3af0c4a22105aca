import type { AssetKey } from "./event.ts";
import { contains, type OrdinalRange } from "./partition/ranges.ts";
import { type PartitionRange, partitionRange, partitionRanges } from "./partition/range_text.ts";
import { Judge } from "./run/judge.ts";
import { joined, type Need, Needs } from "./run/needs.ts";
import type { Scope } from "./run/scope.ts";
import type { CauseKind } from "./staleness/judgement.ts";
import { type Cause, causesOf } from "./staleness/causes.ts";
import type { StalenessIndex } from "./staleness/index.ts";
import type { Judgement } from "./staleness/judgement.ts";
import type { Node } from "./staleness/node.ts";

/** Neighbouring partitions of one asset that would be materialized for the same causes. */
export interface PlannedStep extends PartitionRange {
  readonly asset: AssetKey;
  readonly state: Judgement;
  readonly causes: readonly PlannedCause[];
  /** Why they were not made before, or cannot be made now; undefined where nothing is known to be in the way. */
  readonly hindrance: Hindrance | undefined;
}

/** Why partitions would be materialized. */
export interface PlannedCause {
  readonly kind: CauseKind;
  readonly asset?: AssetKey;
  /** The partitions of `asset` whose change, absence or staleness is meant. */
  readonly members?: readonly PartitionRange[];
  readonly detail?: string;
}

/** Why partitions were not made, or cannot be: they failed, or a check or something that they need holds them back. */
export interface Hindrance {
  readonly state: "failed" | "blocked";
  /** One line. */
  readonly message: string;
}

/** The steps that materializing a scope would take as things stand, in dependency order. */
export function planOf(index: StalenessIndex, scope: Scope, force: boolean): PlannedStep[] {
  const judge = new Judge(index, scope, force);
  const planned = new Map([...scope].map(([node, ranges]) => [node, judge.wanted(node, ranges)]));
  const needs = new Needs({
    index,
    scope,
    expects: (up, member) => contains(planned.get(up) ?? [], member),
  });
  return [...planned].flatMap(([node, wanted]) =>
    wanted.flatMap(({ state, ...range }) =>
      (state === "stale" ? alike(index, node, range) : [range])
        .flatMap((piece) => pieces(index, needs, node, piece))
        .map(({ obstacle, ...piece }): PlannedStep => {
          const causes = causesOf(index, node, piece).map((cause) => byKey(index, cause));
          return {
            asset: node.key,
            ...partitionRange(node.set, piece),
            state,
            causes: force ? [...causes, { kind: "forced" }] : causes,
            hindrance: hindranceOf(needs, node, obstacle),
          };
        })
    )
  );
}

/** A cause with the keys of the partitions that it speaks of. */
export function byKey(index: StalenessIndex, { members, ...cause }: Cause): PlannedCause {
  if (members === undefined) return cause;
  return { ...cause, members: partitionRanges(index.node(cause.asset!).set, members) };
}

/** Cuts a range where the kinds of causes change. */
function alike(index: StalenessIndex, node: Node, range: OrdinalRange): OrdinalRange[] {
  const pieces: { from: number; to: number; kinds: string }[] = [];
  for (let ordinal = range.from; ordinal <= range.to; ordinal++) {
    const causes = causesOf(index, node, { from: ordinal, to: ordinal });
    const kinds = causes.map(({ kind, asset, detail }) => `${kind} ${asset} ${detail}`).join();
    const last = pieces.at(-1);
    if (last !== undefined && last.kinds === kinds) last.to = ordinal;
    else pieces.push({ from: ordinal, to: ordinal, kinds });
  }
  return pieces.map(({ from, to }) => ({ from, to }));
}

/** A failure of its own, or what a partition needs. */
type Obstacle = Hindrance | Need;

/** Cuts a range where something else is in the way; what is held back holds back what reads it. */
function pieces(
  index: StalenessIndex,
  needs: Needs,
  node: Node,
  { from, to }: OrdinalRange,
): (OrdinalRange & { readonly obstacle: Obstacle | undefined })[] {
  const pieces: { from: number; to: number; obstacle: Obstacle | undefined }[] = [];
  for (let ordinal = from; ordinal <= to; ordinal++) {
    const obstacle = failureOf(index, node, ordinal) ?? needs.of(node, ordinal);
    const last = pieces.at(-1);
    const both = last === undefined ? undefined : together(last.obstacle, obstacle);
    if (both === undefined) pieces.push({ from: ordinal, to: ordinal, obstacle });
    else Object.assign(last!, { to: ordinal, obstacle: both.obstacle });
  }
  needs.fail(node, pieces.filter(({ obstacle }) => obstacle !== undefined));
  return pieces;
}

function failureOf(index: StalenessIndex, node: Node, ordinal: number): Hindrance | undefined {
  const failure = index.failure(node, ordinal);
  if (failure === undefined) return undefined;
  return {
    state: failure.reason === "check" ? "blocked" : "failed",
    message: index.failureText(node, failure),
  };
}

/** The one obstacle of two neighbours; undefined if theirs differ. */
function together(
  a: Obstacle | undefined,
  b: Obstacle | undefined,
): { readonly obstacle: Obstacle | undefined } | undefined {
  if (a === undefined || b === undefined) return a === b ? { obstacle: a } : undefined;
  if ("up" in a && "up" in b) {
    const need = joined(a, b);
    return need && { obstacle: need };
  }
  const same = "message" in a && "message" in b && a.state === b.state && a.message === b.message;
  return same ? { obstacle: a } : undefined;
}

function hindranceOf(needs: Needs, node: Node, obstacle: Obstacle | undefined): Hindrance | undefined {
  if (obstacle === undefined || "message" in obstacle) return obstacle;
  return { state: "blocked", message: needs.text(node, obstacle) };
}
