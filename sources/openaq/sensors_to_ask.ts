import { HOUR, type Instant } from "../../core/mod.ts";
import type { Gap } from "./gaps.ts";
import type { HistoryQuestion, SensorInfo } from "./question.ts";
import { SILENT_FOR } from "./known.ts";
import { common, hullOf, merged, type TimeRange, without } from "./ranges.ts";
import type { Location } from "./schema.ts";

/** A sensor, and the hours that it is to be asked for. */
export interface ToAsk {
  readonly sensor: SensorInfo;
  readonly ranges: readonly TimeRange[];
}

/** The sensors that may have rows of the hours, by id: of those that are owed, the sensors which owe them alone. */
export function sensorsToAsk(
  { locations: { locations, askedAt }, ranges, owed = [] }: HistoryQuestion,
  gaps: readonly Gap[],
): ToAsk[] {
  const others = without(ranges, owed);
  const owing = new Map(gaps.map((gap) => [gap.sensor, common(gap.ranges, owed)]));
  return locations.flatMap((location) =>
    location.sensors.flatMap(({ id, parameter: { name: parameter, units: unit } }) => {
      const own = merged([...others, ...owing.get(id) ?? []]);
      if (own.length === 0 || !mayHaveRows(location, askedAt, hullOf(own))) return [];
      return { sensor: { id, locationId: location.id, parameter, unit }, ranges: own };
    })
  ).sort((a, b) => a.sensor.id - b.sensor.id);
}

/**
 * Whether a location may have rows in the window. One that reported until a week before `askedAt` may go on: what it
 * says of its last row is as old as that.
 */
function mayHaveRows(
  { datetimeFirst, datetimeLast }: Location,
  askedAt: Instant,
  { from, to }: TimeRange,
): boolean {
  if (datetimeFirst === null && datetimeLast === null) return false;
  if (datetimeFirst !== null && Date.parse(datetimeFirst.utc) >= to + HOUR) return false;
  const last = datetimeLast === null ? Infinity : Date.parse(datetimeLast.utc);
  return last > from || last >= askedAt - SILENT_FOR;
}
