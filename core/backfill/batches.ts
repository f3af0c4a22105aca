import type { Instant, Milliseconds } from "../instant.ts";
import { DAY, HOUR } from "../instant.ts";
import { readersOf } from "../automation/conditions/upstream.ts";
import {
  isTimeSet,
  type PartitionSet,
  type TimeSet,
  type TimeType,
  type Window,
} from "../partition/partition_set.ts";
import {
  intersect,
  normalize,
  type OrdinalRange,
  type Ranges,
  subtract,
  union,
} from "../partition/ranges.ts";
import type { Scope } from "../run/scope.ts";
import type { Node } from "../staleness/node.ts";

const LENGTHS: Readonly<Record<TimeType, Milliseconds>> = { hourly: HOUR, daily: DAY, monthly: 31 * DAY };
/** A batch is no longer, in windows of the coarsest set. */
const LONGEST = 1_000_000;

/** The order of batches, and the time of it. */
export interface BatchOptions {
  readonly oldestFirst: boolean;
  readonly now: Instant;
}

/**
 * Cuts what is wanted into batches, in the order in which they are to run. A batch is a window of time over all assets:
 * as long as every asset wants one at most, beginning where anything is wanted, so that scattered partitions take no
 * more of them than they must. Each partition is in one batch: that of its window's beginning, or the last of those that it
 * reads; without time the first, or the last of those that it reads.
 */
export function batchesOf(wanted: Scope, { oldestFirst, now }: BatchOptions): Scope[] {
  const pieces = windowsOf(wanted, oldestFirst);
  const left = new Map(wanted);
  const batches: Scope[] = [];
  // From the last: what a batch makes is in none before, and neither is what reads it.
  for (const [place, piece] of [...pieces.entries()].reverse()) {
    const batch = new Map<Node, Ranges>();
    for (const node of wanted.keys()) {
      const open = left.get(node)!;
      if (open.length === 0) continue;
      let ranges = ownOf(node, open, piece, place === 0);
      for (const edge of node.up) {
        const members = batch.get(edge.up);
        if (members !== undefined) ranges = union(ranges, readersOf(edge, members, open, now));
      }
      if (ranges.length === 0) continue;
      batch.set(node, ranges);
      left.set(node, subtract(open, ranges));
    }
    if (batch.size > 0) batches.unshift(batch);
  }
  return batches;
}

/** Of what is open, the partitions that begin within a window of time; those without time are the first batch's. */
function ownOf({ set }: Node, open: Ranges, piece: Window | null, isFirst: boolean): Ranges {
  if (!isTimeSet(set) || piece === null) return isFirst ? open : [];
  const first = set.at(piece.start);
  const from = set.window(first).start < piece.start ? first + 1 : first;
  const last = set.at(piece.end - 1);
  return from > last ? [] : intersect(open, [{ from, to: last }]);
}

/** The windows of time of batches, in their order; null where nothing has any time. */
function windowsOf(wanted: Scope, oldestFirst: boolean): (Window | null)[] {
  const timed = [...wanted].flatMap(([node, ranges]) =>
    isTimeSet(node.set) ? [{ node, set: node.set, ranges }] : []
  );
  if (timed.length === 0) return wanted.size === 0 ? [] : [null];
  const length = ({ spec }: PartitionSet) => LENGTHS[(spec as TimeSet["spec"]).type];
  const coarsest = timed.reduce((a, b) => length(b.set) > length(a.set) ? b : a).set;
  const sizes = timed.map(({ node, set }) => node.asset.batch.backfill * length(set) / length(coarsest));
  const size = Math.max(1, Math.floor(Math.min(...sizes, LONGEST)));
  const places = normalize(timed.flatMap(({ set, ranges }) =>
    ranges.map(({ from, to }) => ({
      from: coarsest.at(set.window(from).start),
      to: coarsest.at(set.window(to).end - 1),
    }))
  ));
  const cut = oldestFirst ? pieces(places, size) : mirrored(pieces(mirrored(places), size)).reverse();
  return cut.map(({ from, to }) => ({ start: coarsest.window(from).start, end: coarsest.window(to).end }));
}

/** Pieces of a length, ascending, each beginning at the first place that none before covers. */
function pieces(places: Ranges, size: number): OrdinalRange[] {
  const cut: OrdinalRange[] = [];
  let covered = -Infinity;
  for (const { from, to } of places) {
    for (let next = Math.max(from, covered + 1); next <= to; next = covered + 1) {
      covered = next + size - 1;
      cut.push({ from: next, to: covered });
    }
  }
  return cut;
}

function mirrored(ranges: Ranges): OrdinalRange[] {
  return ranges.map(({ from, to }) => ({ from: 0 - to, to: 0 - from })).reverse();
}
