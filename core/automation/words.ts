import type { Duration } from "../instant.ts";
import { type PartitionRange, rangeText } from "../partition/range_text.ts";

/** At most so many ranges are named. */
const NAMED = 3;

/** Partitions by key, the first of many: `2024-01-01 … 2024-01-31 (31), 2024-02-03, and 7 more ranges`. */
export function listed(ranges: readonly PartitionRange[]): string {
  const named = ranges.slice(0, NAMED).map(({ from, to, count }) =>
    from === to ? rangeText(from, to) : `${rangeText(from, to)} (${count})`
  );
  const more = ranges.length - named.length;
  const rest = more === 0 ? [] : [`and ${more} more ${more === 1 ? "range" : "ranges"}`];
  return [...named, ...rest].filter((text) => text !== "").join(", ");
}

/** `7 days`, `1 hour 30 minutes`. */
export function durationText(duration: Duration): string {
  return Object.entries(duration).map(([unit, count]) =>
    `${count} ${count === 1 ? unit.replace(/s$/, "") : unit}`
  ).join(" ");
}
