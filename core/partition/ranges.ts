/** Contiguous ordinals, both ends inclusive. */
export interface OrdinalRange {
  readonly from: number;
  readonly to: number;
}

/** A set of ordinals as ascending ranges that neither overlap nor touch, so that equal sets are equal lists. */
export type Ranges = readonly OrdinalRange[];

/** Every ordinal. */
export const EVERYTHING: Ranges = [{ from: -Number.MAX_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER }];

/** The set of all ordinals of `ranges`, which may come in any order, overlap and touch. */
export function normalize(ranges: Iterable<OrdinalRange>): Ranges {
  return merge([...ranges].sort((a, b) => a.from - b.from));
}

/** The set of `ordinals`, which may come in any order and repeat. */
export function fromOrdinals(ordinals: Iterable<number>): Ranges {
  const result: { from: number; to: number }[] = [];
  for (const ordinal of ascending([...ordinals])) {
    const last = result.at(-1);
    if (last !== undefined && ordinal <= last.to + 1) last.to = ordinal;
    else result.push({ from: ordinal, to: ordinal });
  }
  return result;
}

/** The ordinals that are in either of two. */
export function union(a: Ranges, b: Ranges): Ranges {
  const sorted: OrdinalRange[] = [];
  let j = 0;
  for (const range of a) {
    for (let other = b[j]; other !== undefined && other.from < range.from; other = b[++j]) sorted.push(other);
    sorted.push(range);
  }
  return merge(sorted.concat(b.slice(j)));
}

/** The intersection. */
export function intersect(a: Ranges, b: Ranges): Ranges {
  const result: OrdinalRange[] = [];
  let j = 0;
  for (const { from, to } of a) {
    for (let other = b[j]; other !== undefined && other.from <= to; other = b[++j]) {
      if (other.to >= from) result.push({ from: Math.max(from, other.from), to: Math.min(to, other.to) });
      if (other.to > to) break;
    }
  }
  return result;
}

/** The ranges of `a` without those of `b`. */
export function subtract(a: Ranges, b: Ranges): Ranges {
  const result: OrdinalRange[] = [];
  let j = 0;
  for (const { from, to } of a) {
    let next = from;
    for (let other = b[j]; other !== undefined && other.from <= to; other = b[++j]) {
      if (other.from > next) result.push({ from: next, to: other.from - 1 });
      next = Math.max(next, other.to + 1);
      if (other.to > to) break;
    }
    if (next <= to) result.push({ from: next, to });
  }
  return result;
}

/** Whether any ordinal of `range` is in the set. */
export function intersects(ranges: Ranges, range: OrdinalRange): boolean {
  const first = ranges[lowerBound(ranges.length, (i) => ranges[i]!.to < range.from)];
  return first !== undefined && first.from <= range.to;
}

/** Whether an ordinal is in the ranges. */
export function contains(ranges: Ranges, ordinal: number): boolean {
  return intersects(ranges, { from: ordinal, to: ordinal });
}

/** How many ordinals there are. */
export function count(ranges: Iterable<OrdinalRange>): number {
  let total = 0;
  for (const { from, to } of ranges) total += to - from + 1;
  return total;
}

/** The ordinals, ascending. */
export function* ordinals(ranges: Iterable<OrdinalRange>): Generator<number> {
  for (const { from, to } of ranges) {
    for (let ordinal = from; ordinal <= to; ordinal++) yield ordinal;
  }
}

/** Contiguous pieces of at most `most` ordinals each, ascending. */
export function* chunks(ranges: Iterable<OrdinalRange>, most: number): Generator<OrdinalRange> {
  for (const { from, to } of ranges) {
    for (let next = from; next <= to; next += most) yield { from: next, to: Math.min(to, next + most - 1) };
  }
}

/** Pieces of at most `most` ordinals each, ascending, whatever lies between their ordinals. */
export function* batches(ranges: Iterable<OrdinalRange>, most: number): Generator<Ranges> {
  let batch: OrdinalRange[] = [];
  let room = most;
  for (let { from, to } of ranges) {
    for (; from <= to; from = batch.at(-1)!.to + 1) {
      if (room === 0) {
        yield batch;
        batch = [];
        room = most;
      }
      batch.push({ from, to: Math.min(to, from + room - 1) });
      room -= count(batch.slice(-1));
    }
  }
  if (batch.length > 0) yield batch;
}

/** Most callers have them in order already. */
function ascending(ordinals: readonly number[]): Iterable<number> {
  const inOrder = ordinals.every((ordinal, place) => place === 0 || ordinals[place - 1]! <= ordinal);
  return inOrder ? ordinals : Float64Array.from(ordinals).sort();
}

/** Joins ranges that overlap or touch; `sorted` ascends by `from`. */
function merge(sorted: readonly OrdinalRange[]): Ranges {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = result.at(-1);
    if (last === undefined || from > last.to + 1) result.push({ from, to });
    else if (to > last.to) last.to = to;
  }
  return result;
}

/**
 * The first of the indices from 0 to `length` that is not `before`, found by halves: `before` holds for the first of them
 * and for none after.
 */
export function lowerBound(length: number, before: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
