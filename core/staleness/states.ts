import type { AssetKey } from "../event.ts";
import {
  contains,
  fromOrdinals,
  normalize,
  type OrdinalRange,
  ordinals,
  type Ranges,
} from "../partition/ranges.ts";
import type { Judgement, StalenessIndex } from "./index.ts";
import { dependentsOf, existing, type Node } from "./node.ts";
import { NONE } from "./rows.ts";

/** A judgement, or what lies over it. */
export type PartitionState = Judgement | "running" | "failed" | "blocked";

/** Neighbouring partitions in the same state. */
export interface StateRange extends OrdinalRange {
  readonly state: PartitionState;
}

/** The judgements of the existing partitions of `within`, as runs of equal ones. */
export function judgements(
  index: StalenessIndex,
  node: Node,
  within: Ranges,
): (OrdinalRange & { readonly state: Judgement })[] {
  const runs: { from: number; to: number; state: Judgement }[] = [];
  const extend = (from: number, to: number, state: Judgement) => {
    if (from > to) return;
    const last = runs.at(-1);
    if (last !== undefined && last.state === state && last.to === from - 1) last.to = to;
    else runs.push({ from, to, state });
  };
  for (const { from, to } of existing(node.set, within, index.now)) {
    let next = from;
    node.rows.each(from, to, (chunk, i, ordinal) => {
      if (chunk.status[i] === NONE) return;
      extend(next, ordinal - 1, "missing");
      extend(ordinal, ordinal, index.judgeRow(node, chunk, i, ordinal));
      next = ordinal + 1;
    });
    extend(next, to, "missing");
  }
  return runs;
}

/** The states of a graph's partitions: the judgements, with running, failed and blocked laid over them. */
export class Overlay {
  readonly #blocked = new Map<AssetKey, Ranges>();

  constructor(readonly index: StalenessIndex, readonly running: ReadonlyMap<AssetKey, Ranges>) {}

  /** The states of the existing partitions of `within`, as runs of equal ones. */
  states(node: Node, within: Ranges): StateRange[] {
    const runs: { from: number; to: number; state: PartitionState }[] = [];
    for (const { from, to, state } of judgements(this.index, node, within)) {
      if (!this.#anythingOver(node)) {
        runs.push({ from, to, state });
        continue;
      }
      for (let ordinal = from; ordinal <= to; ordinal++) {
        const over = this.#over(node, ordinal, state);
        const last = runs.at(-1);
        if (last !== undefined && last.state === over && last.to === ordinal - 1) last.to = ordinal;
        else runs.push({ from: ordinal, to: ordinal, state: over });
      }
    }
    return runs;
  }

  #over(node: Node, ordinal: number, state: Judgement): PartitionState {
    if (contains(this.running.get(node.key) ?? [], ordinal)) return "running";
    const failure = this.index.failure(node, ordinal);
    if (failure !== undefined) return failure.reason === "check" ? "blocked" : "failed";
    if (state === "fresh") return state;
    return contains(this.blocked(node), ordinal) ? "blocked" : state;
  }

  #anythingOver(node: Node): boolean {
    return this.running.has(node.key) || this.index.failureRanges(node).length > 0 ||
      this.blocked(node).length > 0;
  }

  /** The partitions that are not fresh while something that they need failed or is blocked itself. */
  blocked(node: Node): Ranges {
    const known = this.#blocked.get(node.key);
    if (known !== undefined) return known;
    this.#blocked.set(node.key, []);
    const held: OrdinalRange[] = [];
    for (const edge of node.up) {
      if (edge.mode === "present") continue;
      for (const ordinal of ordinals(this.#holdingBack(edge.up))) {
        held.push(...dependentsOf(edge, ordinal, this.index.now));
      }
    }
    const blocked = normalize(held);
    this.#blocked.set(node.key, blocked);
    return blocked;
  }

  /** The partitions of a node that are blocked, or failed while they are not sound. */
  #holdingBack(node: Node): Ranges {
    const failed = [...ordinals(this.index.failureRanges(node))].filter((ordinal) =>
      !this.index.isSound(node, ordinal) && this.index.failure(node, ordinal) !== undefined
    );
    const blocked = [...ordinals(this.blocked(node))].filter((ordinal) => !this.index.isSound(node, ordinal));
    return fromOrdinals([...failed, ...blocked]);
  }
}
