import { HOUR, type Instant } from "../../core/instant.ts";
import type { HistoryRow, HourRows, SensorInfo } from "./history.ts";
import { FLAGGED, LONG_PERIOD, NO_PERIOD, type Page } from "./page.ts";
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
  readonly setAside: { longPeriod: number; noPeriod: number };
  sorted: boolean;
}

/**
 * The rows held of the hours [from, to) within the window. Rows that are not needed for later hours are passed by:
 * those that end at `to` or before.
 */
export function hoursOf(tracks: readonly Track[], window: TimeRange, { from, to }: TimeRange): HourRows[] {
  const hours: Filling[] = Array.from({ length: (to - from) / HOUR }, (_, i) => ({
    hour: from + i * HOUR,
    rows: [],
    setAside: { longPeriod: 0, noPeriod: 0 },
    sorted: true,
  }));
  for (const { sensor, held } of tracks) {
    for (const one of held) {
      const { page } = one;
      const info = sensorOf(sensor, page);
      let i = one.next;
      for (; i < page.count && page.end[i]! < to + HOUR; i++) {
        if (page.end[i]! <= to) one.next = i + 1;
        const at = placeOf(page, i, window);
        if (at < from || at >= to) continue;
        const filling = hours[(hourOf(at) - from) / HOUR]!;
        const kind = page.kind[i]!;
        if (kind & NO_PERIOD) filling.setAside.noPeriod++;
        else if (kind & LONG_PERIOD) filling.setAside.longPeriod++;
        else add(filling, info, at, page.value[i]!, (kind & FLAGGED) !== 0);
      }
    }
  }
  return hours.map(({ hour, rows, setAside, sorted }) => ({
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

/** When the row counts: at its beginning, or, set aside, an hour before its end; without a period anywhere within. */
function placeOf({ start, end, kind }: Page, i: number, window: TimeRange): Instant {
  if (kind[i]! & NO_PERIOD) return Math.min(Math.max(end[i]! - HOUR, window.from), window.to - 1);
  return kind[i]! & LONG_PERIOD ? end[i]! - HOUR : start[i]!;
}

/** The sensor as the page's rows name it. */
function sensorOf(sensor: SensorInfo, { parameter, unit, count }: Page): SensorInfo {
  if (count === 0 || sensor.parameter === parameter && sensor.unit === unit) return sensor;
  return { ...sensor, parameter, unit };
}
