import { HOUR } from "../../core/mod.ts";
import type { LocationsAnswer } from "./client.ts";
import { hullOf, type TimeRange } from "./ranges.ts";
import { sensorsToAsk } from "./sensors_to_ask.ts";

/** The rows of a page; most sensors have one an hour. */
const PAGE = 1_000;

/** How many requests asking for hours is likely to take, of each batch in one question. */
export function requestsFor(
  locations: LocationsAnswer,
  batches: readonly (readonly TimeRange[])[],
): number {
  const stillGood = () => false;
  return batches.reduce((sum, ranges) => {
    if (ranges.length === 0) return sum;
    const { from, to } = hullOf(ranges);
    const pages = Math.ceil((to - from + HOUR) / HOUR / PAGE);
    return sum + pages * sensorsToAsk({ locations, ranges, stillGood }, []).length;
  }, 0);
}
