import type { AssetKey } from "../event.ts";
import type { Instant } from "../instant.ts";
import {
  contains,
  fromOrdinals,
  intersect,
  normalize,
  type OrdinalRange,
  ordinals,
  type Ranges,
  union,
} from "../partition/ranges.ts";
import type { StalenessIndex } from "./index.ts";
import { allExisting, dependentsOf, existing, type Node } from "./node.ts";
import type { JudgedRange, Judgement, Totals, Validity } from "./judgement.ts";
import { addRow, addTotals, holds, isSummarized, noTotals, summaryOf } from "./summary.ts";

/** The state of a partition: fresh, stale or missing by its content, or over that running, failed or blocked. */
export type PartitionState = Judgement | "running" | "failed" | "blocked";

/** Neighbouring partitions in the same state. */
export interface StateRange extends OrdinalRange {
  readonly state: PartitionState;
}

/** The judgements of the existing partitions of `within`, as runs of equal ones. */
export function judgements(index: StalenessIndex, node: Node, within: Ranges): JudgedRange[] {
  const runs = new Runs<Judgement>();
  for (const { from, to } of existing(node.set, within, index.now)) {
    node.rows.segments(from, to, (chunk, first, last) => {
      // For a few rows it is not worth the while to judge all.
      if (last - first < node.rows.size / 2 && !isSummarized(index, node, chunk)) {
        node.rows.each(chunk.first + first, chunk.first + last, (_, i, ordinal) => {
          runs.fill(from, ordinal, "missing");
          runs.add(ordinal, ordinal, index.judgeRow(node, chunk, i, ordinal));
        });
        return;
      }
      for (const judged of summaryOf(index, node, chunk).judged) {
        if (judged.to < from || judged.from > to) continue;
        runs.fill(from, judged.from, "missing");
        runs.add(Math.max(from, judged.from), Math.min(to, judged.to), judged.state);
      }
    });
    runs.fill(from, to + 1, "missing");
  }
  return runs.all;
}

/** How partitions stand, and what those that stand come to. */
export interface Standing {
  readonly judged: readonly JudgedRange[];
  readonly totals: Totals;
}

/** The last answer on a node, and until when it holds. */
interface Answer extends Standing, Validity {
  readonly ranges: Ranges;
  readonly revision: number;
}

const answers = new WeakMap<Node, Answer>();

/** How the existing partitions of `within` stand; the last answer where nothing changed since. */
export function standing(index: StalenessIndex, node: Node, within: Ranges): Standing {
  const ranges = existing(node.set, within, index.now);
  const { revision } = node.rows;
  const last = answers.get(node);
  if (last?.revision === revision && isSame(last.ranges, ranges) && holds(index, node, last)) return last;
  const judged = judgements(index, node, ranges);
  const totals = noTotals();
  let [until, clockUntil] = [Infinity, Infinity];
  for (const { from, to } of ranges) {
    node.rows.segments(from, to, (chunk, first, last) => {
      const summary = summaryOf(index, node, chunk);
      until = Math.min(until, summary.until);
      clockUntil = Math.min(clockUntil, summary.clockUntil);
      const isWhole = summary.judged.length > 0 && from <= summary.judged[0]!.from &&
        summary.judged.at(-1)!.to <= to;
      if (isWhole) addTotals(totals, summary.totals);
      else for (let i = first; i <= last; i++) if (chunk.stands(i)) addRow(totals, chunk, i);
    });
  }
  const { now, clock } = index;
  const answer = { judged, totals, ranges, revision, now, until, clock, clockUntil };
  answers.set(node, answer);
  return answer;
}

/** When any of a node's partitions that stand was materialized last. */
export function lastMaterialized(index: StalenessIndex, node: Node): Instant | null {
  let last: Instant | null = null;
  for (const { from, to } of allExisting(node, index.now)) {
    node.rows.segments(from, to, (chunk) => {
      const at = summaryOf(index, node, chunk).totals.lastMaterialized;
      if (at !== null) last = Math.max(last ?? -Infinity, at);
    });
  }
  return last;
}

function isSame(some: Ranges, others: Ranges): boolean {
  return some.length === others.length &&
    some.every(({ from, to }, place) => from === others[place]!.from && to === others[place]!.to);
}

/** Neighbouring partitions in one state, one run after the other. */
class Runs<State> {
  readonly all: { from: number; to: number; state: State }[] = [];

  add(from: number, to: number, state: State): void {
    const last = this.all.at(-1);
    if (last !== undefined && last.state === state && last.to === from - 1) last.to = to;
    else if (from <= to) this.all.push({ from, to, state });
  }

  /** Gives those from `from` on that have none yet a state, up to and without `end`. */
  fill(from: number, end: number, state: State): void {
    const last = this.all.at(-1);
    const next = last === undefined ? from : Math.max(from, last.to + 1);
    if (next < end) this.add(next, end - 1, state);
  }
}

/** The states of a graph's partitions: the judgements, with running, failed and blocked laid over them. */
export class Overlay {
  readonly #blocked = new Map<AssetKey, Ranges>();

  constructor(readonly index: StalenessIndex, readonly running: ReadonlyMap<AssetKey, Ranges>) {}

  /** The states of the existing partitions of `within`, as runs of equal ones. */
  states(
    node: Node,
    within: Ranges,
    judged: readonly JudgedRange[] = judgements(this.index, node, within),
  ): readonly StateRange[] {
    const covered = this.#covered(node);
    if (covered.length === 0) return judged;
    const runs = new Runs<PartitionState>();
    const overs = intersect(judged, covered);
    let place = 0;
    for (const { from, to, state } of judged) {
      let next = from;
      for (let over = overs[place]; over !== undefined && over.to <= to; over = overs[++place]) {
        if (next < over.from) runs.add(next, over.from - 1, state);
        for (let each = over.from; each <= over.to; each++) {
          runs.add(each, each, this.#over(node, each, state));
        }
        next = over.to + 1;
      }
      if (next <= to) runs.add(next, to, state);
    }
    return runs.all;
  }

  #over(node: Node, ordinal: number, state: Judgement): PartitionState {
    if (contains(this.running.get(node.key) ?? [], ordinal)) return "running";
    const failure = this.index.failure(node, ordinal);
    if (failure !== undefined) return failure.reason === "check" ? "blocked" : "failed";
    if (state === "fresh") return state;
    return contains(this.blocked(node), ordinal) ? "blocked" : state;
  }

  /** Where anything may lie over the judgements. */
  #covered(node: Node): Ranges {
    const running = this.running.get(node.key) ?? [];
    return union(union(running, this.index.failureRanges(node)), this.blocked(node));
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
    // What does not exist yet holds nothing back.
    const blocked = existing(node.set, normalize(held), this.index.now);
    this.#blocked.set(node.key, blocked);
    return blocked;
  }

  /** The partitions of a node that are blocked, or failed while they are not sound. */
  #holdingBack(node: Node): Ranges {
    const failures = existing(node.set, this.index.failureRanges(node), this.index.now);
    const failed = [...ordinals(failures)].filter((ordinal) =>
      !this.index.isSound(node, ordinal) && this.index.failure(node, ordinal) !== undefined
    );
    const blocked = [...ordinals(this.blocked(node))].filter((ordinal) => !this.index.isSound(node, ordinal));
    return fromOrdinals([...failed, ...blocked]);
  }
}
