import type { Instant, Milliseconds } from "../../core/mod.ts";

/** The time [from, to). */
export interface TimeRange {
  readonly from: Instant;
  readonly to: Instant;
}

/** The ranges' union, ascending, those that touch merged. */
export function merged(ranges: readonly TimeRange[]): TimeRange[] {
  const union: TimeRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = union.at(-1);
    if (last !== undefined && range.from <= last.to) {
      union[union.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else union.push(range);
  }
  return union;
}

/** The ranges without what any of `gone` holds. */
export function without(ranges: readonly TimeRange[], gone: readonly TimeRange[]): TimeRange[] {
  return gone.reduce<TimeRange[]>(
    (left, { from, to }) =>
      left.flatMap((range) =>
        [{ from: range.from, to: Math.min(range.to, from) }, { from: Math.max(range.from, to), to: range.to }]
          .filter((part) => part.from < part.to)
      ),
    [...ranges],
  );
}

/** The intersection of ascending ranges with others. */
export function common(ranges: readonly TimeRange[], others: readonly TimeRange[]): TimeRange[] {
  return merged(others.flatMap((other) => clipped(ranges, other)));
}

/** From the first of some ascending ranges to the last. */
export function hullOf(ranges: readonly TimeRange[]): TimeRange {
  return { from: ranges[0]!.from, to: ranges.at(-1)!.to };
}

export function overlaps(a: TimeRange, b: TimeRange): boolean {
  return a.from < b.to && b.from < a.to;
}

/** The part of the ranges that lies in [from, to). */
export function clipped(ranges: readonly TimeRange[], { from, to }: TimeRange): TimeRange[] {
  return ranges
    .map((range) => ({ from: Math.max(range.from, from), to: Math.min(range.to, to) }))
    .filter((range) => range.from < range.to);
}

/** How long the ranges are together. */
export function lengthOf(ranges: readonly TimeRange[]): Milliseconds {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}
