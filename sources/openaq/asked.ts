import { DAY, HOUR, type Instant } from "../../core/instant.ts";
import type { LocationsAnswer } from "./client.ts";
import type { SensorInfo } from "./history.ts";
import type { TimeRange } from "./ranges.ts";
import type { Location } from "./schema.ts";

const SILENT_FOR = 7 * DAY;

/** The sensors that may have rows in the window, by id. */
export function sensorsToAsk({ locations, askedAt }: LocationsAnswer, window: TimeRange): SensorInfo[] {
  return locations
    .filter((location) => mayHaveRows(location, askedAt, window))
    .flatMap(({ id: locationId, sensors }) =>
      sensors.map(({ id, parameter }) => ({
        id,
        locationId,
        parameter: parameter.name,
        unit: parameter.units,
      }))
    )
    .sort((a, b) => a.id - b.id);
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
