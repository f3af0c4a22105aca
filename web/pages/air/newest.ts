import { HOUR, type Instant } from "../../../core/mod.ts";
import type { Row } from "../../cached_rows.ts";
import type { Station } from "./lake.ts";

/** So many hours are shown; what is older than the newest by more than so many is not of now. */
const SHOWN = 48, PRESENT = 3;

/** A mean of an hour. */
export interface Hour {
  readonly at: Instant;
  readonly value: number;
}

/** A station with its newest hour; undefined where it has none of the hours that are shown. */
export interface StationNow {
  readonly station: Station;
  readonly newest: Hour | undefined;
  /** Whether that is one of the newest hours of all. */
  readonly isPresent: boolean;
}

/** A city's hours, ascending: the means of its stations. */
export interface CityHours {
  readonly city: string;
  readonly hours: readonly Hour[];
  readonly newest: Hour;
}

/** The newest hours of all. */
export interface AirNow {
  /** The begin of the newest hour; undefined where there are none. */
  readonly newest: Instant | undefined;
  /** The begins of the hours that are shown, ascending. */
  readonly hours: readonly Instant[];
  readonly stations: readonly StationNow[];
  /** By name. */
  readonly cities: readonly CityHours[];
}

/** Puts the newest hours together. @param rows Of `newestHours`. */
export function airNow(rows: readonly Row[], stations: readonly Station[]): AirNow {
  const byStation = new Map<number, Hour[]>();
  let newest: Instant | undefined;
  for (const { id, moment, value } of rows) {
    if (typeof id !== "number" || typeof value !== "number") continue;
    const hour = { at: Date.parse(String(moment)), value };
    byStation.set(id, [...byStation.get(id) ?? [], hour]);
    newest = Math.max(newest ?? -Infinity, hour.at);
  }
  if (newest === undefined) {
    return {
      newest,
      hours: [],
      cities: [],
      stations: stations.map((station) => ({ station, newest: undefined, isPresent: false })),
    };
  }
  const first = newest - (SHOWN - 1) * HOUR;
  const last = newest;
  return {
    newest,
    hours: Array.from({ length: SHOWN }, (_, place) => first + place * HOUR),
    stations: stations.map((station) => {
      const found = byStation.get(station.id)?.at(-1);
      const hour = found && found.at >= first ? found : undefined;
      return { station, newest: hour, isPresent: hour !== undefined && hour.at > last - PRESENT * HOUR };
    }),
    cities: citiesOf(byStation, stations, first),
  };
}

function citiesOf(
  byStation: ReadonlyMap<number, readonly Hour[]>,
  stations: readonly Station[],
  first: Instant,
): CityHours[] {
  const cities = Map.groupBy(stations.filter(({ city }) => city !== null), ({ city }) => city!);
  return [...cities].flatMap(([city, those]) => {
    const hours = Map.groupBy(
      those.flatMap(({ id }) => byStation.get(id) ?? []).filter(({ at }) => at >= first),
      ({ at }) => at,
    );
    const means = [...hours].sort(([a], [b]) => a - b).map(([at, values]): Hour => ({
      at,
      value: values.reduce((sum, { value }) => sum + value, 0) / values.length,
    }));
    const newest = means.at(-1);
    return newest === undefined ? [] : [{ city, hours: means, newest }];
  }).sort((a, b) => a.city < b.city ? -1 : 1);
}
