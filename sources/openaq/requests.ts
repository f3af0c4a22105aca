import { HOUR } from "../../core/mod.ts";
import type { LocationsAnswer } from "./client.ts";
import { hullOf, type TimeRange } from "./ranges.ts";
import { sensorsToAsk } from "./sensors_to_ask.ts";

const PAGE = 1_000;

/**
 * How many requests asking for hours is likely to take, of each batch in one question: a page for a thousand hours of each
 * sensor, and for a thousand rows beyond one an hour.
 *
 * @param rows Of an hour, on average, where that is known.
 */
export function requestsFor(
  locations: LocationsAnswer,
  batches: readonly (readonly TimeRange[])[],
  rows: number | null,
): number {
  const stillGood = () => false;
  let requests = 0;
  for (const ranges of batches) {
    if (ranges.length === 0) continue;
    const { from, to } = hullOf(ranges);
    const hours = (to - from) / HOUR + 1;
    const sensors = sensorsToAsk({ locations, ranges, stillGood }, []).length;
    const further = Math.max(0, (rows ?? 0) - sensors) * hours;
    requests += Math.ceil(hours / PAGE) * sensors + Math.floor(further / PAGE);
  }
  return requests;
}
