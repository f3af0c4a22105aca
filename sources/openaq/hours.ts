import { HOUR, type Instant } from "../../core/mod.ts";
import type { HistoryRow, HourRows, SensorInfo } from "./question.ts";
import { FLAGGED, LONG_PERIOD, NO_PERIOD, type Page, type Series, UNUSABLE } from "./page.ts";
import type { TimeRange } from "./ranges.ts";
import { hourOf } from "./time.ts";
import type { Track } from "./track.ts";

/** When the oldest answer was asked for that hours before `to` are made of, of those held. */
export function oldestAnswer(tracks: readonly Track[], to: Instant): Instant | undefined {
  let oldest = Infinity;
  for (const { held } of tracks) {
    for (const { answer } of held) {
      if (answer.from < to + HOUR) oldest = Math.min(oldest, answer.askedAt);
    }
  }
  return oldest === Infinity ? undefined : oldest;
}

/** An hour as it is filled. */
interface Filling extends HourRows {
  readonly rows: HistoryRow[];
  readonly setAside: { longPeriod: number; noPeriod: number; unusable: number[] };
  sorted: boolean;
}

/** The rows held of the hours. Rows that later hours do not need are passed by: those that end when the last one does. */
export function hoursOf(tracks: readonly Track[], ranges: readonly TimeRange[]): HourRows[] {
  const hours = new Map<Instant, Filling>();
  for (const { from, to } of ranges) {
    for (let hour = from; hour < to; hour += HOUR) {
      const setAside = { longPeriod: 0, noPeriod: 0, unusable: [] };
      hours.set(hour, { hour, rows: [], setAside, sorted: true });
    }
  }
  const { to } = ranges.at(-1)!;
  for (const { sensor, held } of tracks) {
    for (const one of held) {
      const { page, answer } = one;
      const infos = page.series.map((series) => sensorOf(sensor, series));
      let i = one.next;
      for (; i < page.count && page.end[i]! < to + HOUR; i++) {
        if (page.end[i]! <= to) one.next = i + 1;
        const at = placeOf(page, i, answer.from);
        const filling = hours.get(hourOf(at));
        if (filling === undefined) continue;
        const kind = page.kind[i]!;
        if (kind & UNUSABLE) filling.setAside.unusable.push(sensor.id);
        else if (kind & NO_PERIOD) filling.setAside.noPeriod++;
        else if (kind & LONG_PERIOD) filling.setAside.longPeriod++;
        else add(filling, infos[page.of[i]!]!, at, page.value[i]!, (kind & FLAGGED) !== 0);
      }
    }
  }
  return [...hours.values()].map(({ hour, rows, setAside, sorted }) => ({
    hour,
    rows: sorted ? rows : rows.sort((a, b) => a.sensor.id - b.sensor.id || a.start - b.start),
    setAside,
  }));
}

function add(filling: Filling, sensor: SensorInfo, start: Instant, value: number, flagged: boolean): void {
  const last = filling.rows.at(-1);
  if (last?.sensor.id === sensor.id && last.start > start) filling.sorted = false;
  filling.rows.push({ sensor, start, value: Number.isNaN(value) ? null : value, flagged });
}

/** When the row counts: at its beginning, or, set aside, an hour before its end, as far as the answer goes. */
function placeOf({ start, end, kind }: Page, i: number, from: Instant): Instant {
  if (kind[i]! & NO_PERIOD) return Math.max(end[i]! - HOUR, from);
  return kind[i]! & LONG_PERIOD ? end[i]! - HOUR : start[i]!;
}

/** The sensor as rows name it. */
function sensorOf(sensor: SensorInfo, { parameter, unit }: Series): SensorInfo {
  if (sensor.parameter === parameter && sensor.unit === unit) return sensor;
  return { ...sensor, parameter, unit };
}
