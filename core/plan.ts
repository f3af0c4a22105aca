import type { AssetKey } from "./event.ts";
import { count, type OrdinalRange } from "./partition/ranges.ts";
import { type Hindrance, Hindrances } from "./held.ts";
import type { Scope } from "./run/scope.ts";
import { type Cause, causesOf } from "./staleness/causes.ts";
import type { Judgement, StalenessIndex } from "./staleness/index.ts";
import type { Node } from "./staleness/node.ts";
import { judgements } from "./staleness/states.ts";

/** Neighbouring partitions of one asset that would be materialized for the same causes. */
export interface PlannedStep {
  readonly node: Node;
  readonly asset: AssetKey;
  readonly range: OrdinalRange;
  readonly count: number;
  readonly state: Judgement;
  readonly causes: readonly Cause[];
  /** Why it was not made before, or cannot be made now; undefined where nothing is known to be in the way. */
  readonly hindrance: Hindrance | undefined;
}

/** What materializing a scope would do as things stand, in dependency order. */
export function planOf(index: StalenessIndex, scope: Scope, force: boolean): PlannedStep[] {
  const steps: PlannedStep[] = [];
  const hindrances = new Hindrances(index, scope);
  for (const [node, ranges] of scope) {
    if (node.asset.materialize === null) continue;
    for (const { from, to, state } of judgements(index, node, ranges)) {
      if (state === "fresh" && !force) continue;
      for (const piece of state === "stale" ? alike(index, node, { from, to }) : [{ from, to }]) {
        for (const { hindrance, ...range } of hindrances.pieces(node, piece)) {
          const causes = causesOf(index, node, range);
          steps.push({
            node,
            asset: node.key,
            range,
            count: count([range]),
            state,
            causes: force ? [...causes, { kind: "forced" }] : causes,
            hindrance,
          });
        }
      }
    }
  }
  return steps;
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
  return pieces;
}
