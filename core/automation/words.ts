import type { Duration } from "../instant.ts";
import type { PartitionSet } from "../partition/partition_set.ts";
import type { Condition } from "./condition.ts";
import type { Ranges } from "../partition/ranges.ts";
import { partitionRanges, rangeText } from "../partition/range_text.ts";

/** At most so many ranges are named. */
const NAMED = 3;

/** Partitions of a set by key, the first of many: `2024-01-01 … 2024-01-31 (31), 2024-02-03, and 7 more ranges`. */
export function listed(set: PartitionSet, all: Ranges): string {
  const ranges = partitionRanges(set, all.slice(0, NAMED));
  const named = ranges.map(({ from, to, count }) =>
    from === to ? rangeText(from, to) : `${rangeText(from, to)} (${count})`
  );
  const more = all.length - named.length;
  const rest = more === 0 ? [] : [`and ${more} more ${more === 1 ? "range" : "ranges"}`];
  return [...named, ...rest].filter((text) => text !== "").join(", ");
}

/** The names of conditions with a word between; what is made of several by another word is in brackets. */
export function joinedNames(
  conditions: readonly Condition[],
  word: "and" | "or",
  nameOf: (condition: Condition) => string,
): string {
  const inOne = (condition: Condition) => {
    const isOther = (condition.condition === "and" || condition.condition === "or") &&
      condition.condition !== word && condition.label === undefined && condition.of.length > 1;
    return isOther ? `(${nameOf(condition)})` : nameOf(condition);
  };
  return conditions.map(inOne).join(` ${word} `);
}

/** `7 days`, `1 hour 30 minutes`. */
export function durationText(duration: Duration): string {
  return Object.entries(duration).map(([unit, count]) =>
    `${count} ${count === 1 ? unit.replace(/s$/, "") : unit}`
  ).join(" ");
}
