import { DAY, HOUR, type Instant, iso, MINUTE } from "../../../core/mod.ts";
import type { Dataset, RowsQuestion } from "./dataset.ts";
import { type RowFrame, rowText } from "./row_text.ts";
import { type Generator, locationOf, stations } from "./stations.ts";

export interface GeneratedOptions {
  /** @default 1 */
  readonly seed?: number;
  /** @default 60 */
  readonly sensors?: number;
  /** Whether some stations are closed, report every ten minutes or lack their city. @default true */
  readonly quirks?: boolean;
  /** When a row whose period ends at `end` is there at the earliest. @default then */
  readonly from?: (sensor: number, end: Instant) => Instant;
}

/** The fate of a row, by a number in [0, 1). */
const MISSING = 0.004;
const NULL = 0.006;
const NONE = 0.0075;
const NEGATIVE = 0.0085;
const ABSURD = 0.0095;
const FLAGGED = 0.012;
/** Of this share of rows each is late, by up to 50 minutes. */
const LATE = 0.03;
const LATEST = 50 * MINUTE;

/** Which noise is drawn. */
const [FATE, LATENESS, SHAKE, WEATHER] = [0, 1, 2, 3];

/**
 * Stations all over Vietnam with daily and yearly cycles, weather and faults: every row is a function of the seed, the
 * sensor and its time alone, and is there once its period has ended, a few a little later.
 */
export function generated(
  { seed = 1, sensors = 60, quirks = true, from: there = (_, end) => end }: GeneratedOptions = {},
): Dataset {
  const all = stations(sensors, quirks);
  const byId = new Map(all.flatMap(({ sensors }) => sensors.map((sensor) => [sensor.id, sensor])));
  const frames = new Map<number, RowFrame>([...byId].map(([id, { parameter, period }]) => [id, {
    parameter: JSON.stringify(parameter),
    interval: iso(period).slice(11, 19),
  }]));
  const changes = new Map<number, Map<Instant, number | null>>();

  /** The row's text, or undefined while there is none. */
  function row(sensor: Generator, end: Instant, now: Instant): string | undefined {
    const { id, period } = sensor;
    const start = end - period;
    const slot = start / MINUTE;
    const frame = frames.get(id)!;
    const changed = changes.get(id)?.get(start);
    if (changed !== undefined) return now < end ? undefined : rowText(frame, start, end, changed, false);
    const fate = noise(seed, id, slot, FATE);
    if (fate < MISSING) return;
    const late = noise(seed, id, slot, LATENESS) / LATE;
    if (now < Math.max(end + (late < 1 ? late * LATEST : 0), there(id, end))) return;
    if (fate < NULL) return rowText(frame, start, end, null, true);
    if (fate < NONE) return rowText(frame, start, end, -999, true);
    const value = level(seed, sensor, start);
    if (fate < NEGATIVE) return rowText(frame, start, end, -value, false);
    if (fate < ABSURD) return rowText(frame, start, end, value * 1_000, false);
    return rowText(frame, start, end, value, fate < FLAGGED);
  }

  return {
    source: `simulated:${seed}`,
    locations: (now) => all.map((station) => locationOf(station, now)),
    rows({ sensor: id, from, to, now, skip, limit }: RowsQuestion): readonly string[] {
      const sensor = byId.get(id);
      const texts: string[] = [];
      if (sensor === undefined) return texts;
      const { period, opened, closed } = sensor;
      const last = Math.min(to, now, closed);
      let skipped = 0;
      for (let end = (Math.floor(Math.max(from, opened) / period) + 1) * period; end <= last; end += period) {
        const text = row(sensor, end, now);
        if (text === undefined || skipped++ < skip) continue;
        texts.push(text);
        if (texts.length === limit) break;
      }
      return texts;
    },
    newest(id, now) {
      const sensor = byId.get(id);
      if (sensor === undefined || sensor.opened >= now) return undefined;
      const last = Math.floor(Math.min(now, sensor.closed) / sensor.period) * sensor.period;
      for (let end = last; end > sensor.opened; end -= sensor.period) {
        const text = row(sensor, end, now);
        if (text !== undefined) return text;
      }
    },
    change(id, start, value) {
      const sensor = byId.get(id);
      if (sensor === undefined || start % sensor.period !== 0) return false;
      if (start < sensor.opened || start >= sensor.closed) return false;
      const those = changes.get(id) ?? new Map<Instant, number | null>();
      changes.set(id, those.set(start, value));
      return true;
    },
  };
}

const YEAR = 365.2425 * DAY;
const UTC_OFFSET = 7 * HOUR;

/** The sensor's value at a time, in its unit. */
function level(seed: number, { id, course, city, dirt, scale, decimals }: Generator, at: Instant): number {
  const day = (at + UTC_OFFSET) / DAY;
  const date = Math.floor(day);
  const ofDay = day - date;
  const here = noise(seed, city, date, WEATHER);
  const weather = here + (noise(seed, city, date + 1, WEATHER) - here) * ofDay;
  const value = course.level * dirt *
    (1 + course.daily * Math.cos(2 * Math.PI * (ofDay - course.peak / 24))) *
    (1 + course.yearly * Math.cos(2 * Math.PI * (at / YEAR - 0.04))) *
    (1 + course.weather * (2 * weather - 1)) *
    (0.88 + 0.24 * noise(seed, id, at / MINUTE, SHAKE));
  const tens = 10 ** decimals;
  return Math.round(value * scale * tens) / tens;
}

/** A number in [0, 1) that depends on all four alone, and looks random. */
export function noise(seed: number, a: number, b: number, c: number): number {
  let hash = seed ^ 0x9e3779b9;
  for (let i = 0; i < 3; i++) {
    hash = Math.imul(hash ^ (i === 0 ? a : i === 1 ? b : c), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}
