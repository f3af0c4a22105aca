import type { Log } from "../../core/ports/log.ts";
import type { LocationsAnswer } from "./client.ts";
import { closeGap, type Gap, gaps } from "./gaps.ts";
import { history, type HistoryParts, type HistoryQuestion, type HoursGroup } from "./history.ts";
import type { LocationsRead } from "./locations.ts";
import type { TimeRange } from "./ranges.ts";

/** OpenAQ as assets see it: one country's locations, and the hours of all their sensors. */
export interface OpenAQSource {
  /** The country's locations as answered now. */
  locations(signal?: AbortSignal): Promise<LocationsAnswer & LocationsRead>;
  /** The rows of hours, in ascending groups of complete ones; what happens to sensors goes to the log. */
  hours(question: HistoryQuestion, log: Log): AsyncIterable<HoursGroup>;
  /** What sensors owe: those set aside, and those that answer again but were not closed yet. */
  gaps(): Promise<readonly Gap[]>;
  /** Ends the gap of a sensor in the ranges, once their hours are known to be due. */
  closeGap(sensor: number, ranges: readonly TimeRange[]): Promise<void>;
}

/** What the source is made of. */
export interface SourceParts extends Omit<HistoryParts, "log"> {
  readonly countryId: number;
}

export function openaqSource(parts: SourceParts): OpenAQSource {
  const { client, kv, countryId } = parts;
  return {
    locations: (signal) => client.locations(countryId, signal),
    hours: (question, log) => history({ ...parts, log }, question),
    gaps: () => gaps(kv),
    closeGap: (sensor, ranges) => closeGap(kv, sensor, ranges),
  };
}
