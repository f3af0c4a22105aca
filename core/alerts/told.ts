import type { Duration } from "../instant.ts";
import { rangeText } from "../partition/range_text.ts";
import { count, type Ranges } from "../partition/ranges.ts";
import type { Node } from "../staleness/node.ts";

/** So many ranges are told one by one. */
const TOLD = 3;

/** Partitions as people read them: `3 partitions (2018-01-01 … 2018-01-03)`; `it` where there is but one ever. */
export function partitionsText({ set }: Node, ranges: Ranges): string {
  if (set.spec.type === "single") return "it";
  const total = count(ranges);
  const texts = ranges.slice(-TOLD).map(({ from, to }) => rangeText(set.key(from), set.key(to)));
  const rest = ranges.length > TOLD ? "…, " : "";
  return `${total} partition${total === 1 ? "" : "s"} (${rest}${texts.join(", ")})`;
}

/** `1 day 3 hours`. */
export function durationText(duration: Duration): string {
  const parts = Object.entries(duration).filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${count === 1 ? unit.slice(0, -1) : unit}`);
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}
