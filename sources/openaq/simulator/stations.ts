import { HOUR, type Instant, type Milliseconds, MINUTE } from "../../../core/mod.ts";
import { hourOf } from "../time.ts";
import type { Location } from "../schema.ts";
import { CITIES } from "./cities.ts";
import { type Course, COURSES, MEASURED, type Measured } from "./parameters.ts";
import { datetime } from "./row_text.ts";

const SENSORS_EACH = 5;
const BEGINNING = Date.UTC(2016, 0, 1);
const CLOSED = Date.UTC(2023, 6, 1);

/** A sensor that is computed. */
export interface Generator extends Measured {
  readonly id: number;
  readonly course: Course;
  /** Its city's number, for the weather, and how much dirtier than others it is. */
  readonly city: number;
  readonly dirt: number;
  readonly period: Milliseconds;
  /** It has rows in [opened, closed). */
  readonly opened: Instant;
  readonly closed: Instant;
}

interface Station {
  readonly id: number;
  readonly name: string;
  readonly locality: string | null;
  readonly latitude: number;
  readonly longitude: number;
  readonly sensors: readonly Generator[];
}

/**
 * Stations with `sensors` sensors in all. With `quirks` the fourth has no locality and the sixth "N/A", the second
 * measures PM2.5 every ten minutes, and of a full round of cities the last but one is closed and the last never opened.
 */
export function stations(sensors: number, quirks: boolean): readonly Station[] {
  return Array.from({ length: Math.ceil(sensors / SENSORS_EACH) }, (_, i) => {
    const city = i % CITIES.length;
    const round = Math.floor(i / CITIES.length);
    const { name, place, latitude, longitude, dirt } = CITIES[city]!;
    const [opened, closed] = quirks && i === 10
      ? [BEGINNING, CLOSED]
      : quirks && i === 11
      ? [Infinity, Infinity]
      : [BEGINNING, Infinity];
    return {
      id: 5_000_001 + i,
      name: `${name} - ${place}${round ? ` ${round + 1}` : ""}`,
      locality: quirks && i === 3 ? null : quirks && i === 5 ? "N/A" : name,
      latitude: Number((latitude + 0.011 * round).toFixed(4)),
      longitude: Number((longitude + 0.007 * round).toFixed(4)),
      sensors: Array.from({ length: Math.min(SENSORS_EACH, sensors - i * SENSORS_EACH) }, (_, k) => {
        const kinds = MEASURED[k === 0 ? 0 : 1 + (i + k - 1) % (MEASURED.length - 1)]!;
        const measured = kinds[i % kinds.length]!;
        const period = quirks && i === 1 && k === 0 ? 10 * MINUTE : HOUR;
        const course = COURSES[measured.parameter.name]!;
        const still = course.weather < 0.1;
        const id = 50_000_001 + i * SENSORS_EACH + k;
        return { ...measured, id, course, city, dirt: still ? 1 : dirt, period, opened, closed };
      }),
    };
  });
}

/** The station as the API answers it. */
export function locationOf(
  { id, name, locality, latitude, longitude, sensors }: Station,
  now: Instant,
): Location {
  const { opened = Infinity, closed = Infinity, period = HOUR } = sensors[0] ?? {};
  const last = Math.min(closed, period < HOUR ? now : hourOf(now));
  const location = {
    id,
    name,
    locality,
    timezone: latitude > 15 ? "Asia/Bangkok" : "Asia/Ho_Chi_Minh",
    country: { id: 56, code: "VN", name: "Vietnam" },
    owner: { id: 4, name: "Unknown Governmental Organization" },
    provider: { id: 166, name: "Simulated stations" },
    isMobile: false,
    isMonitor: true,
    instruments: [{ id: 2, name: "Government Monitor" }],
    sensors: sensors.map(({ id, parameter }) => ({
      id,
      name: `${parameter.name} ${parameter.units}`,
      parameter,
    })),
    coordinates: { latitude, longitude },
    licenses: null,
    bounds: [longitude, latitude, longitude, latitude],
    distance: null,
    datetimeFirst: opened < last ? datetime(opened) : null,
    datetimeLast: opened < last ? datetime(Math.floor(last / period) * period) : null,
  };
  return location;
}
