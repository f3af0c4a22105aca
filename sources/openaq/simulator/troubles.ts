import { HOUR, type Instant } from "../../../core/mod.ts";

/** The troubles of simulated stations in the day after an instant. */
export interface Troubles {
  /** Whether nothing is answered. */
  isDown(now: Instant): boolean;
  /** The sensors that fail, with their status. */
  failing(now: Instant): ReadonlyMap<number, number>;
  /** When a sensor's row whose period ends at `end` is there at the earliest. */
  from(sensor: number, end: Instant): Instant;
}

/** The hours of the day between which each of them lasts. */
const BAD = [2, 20] as const, DOWN = [8, 10] as const, LATE = [13, 14] as const;
/** The hour at which late rows are there. */
const THERE = 17;
const BAD_SENSOR = 50_000_008;
/** Of so many sensors one is late. */
const LATE_OF = 3;

/** A sensor that fails, a while in which nothing is answered, and rows that come hours late. */
export function troubles(since: Instant): Troubles {
  const isWithin = (at: Instant, [from, to]: readonly [number, number]) =>
    at > since + from * HOUR && at <= since + to * HOUR;
  return {
    isDown: (now) => isWithin(now, DOWN),
    failing: (now) => new Map(isWithin(now, BAD) ? [[BAD_SENSOR, 500]] : []),
    from: (sensor, end) => sensor % LATE_OF === 0 && isWithin(end, LATE) ? since + THERE * HOUR : end,
  };
}
