import type { Instant } from "../instant.ts";

/** Reads cron expressions. */
export interface Cron {
  /**
   * The first instant after `after` that an expression names on the clocks of a time zone, or Infinity. A time that the
   * clocks skip comes as they have skipped it; one that they show twice comes once, but for each of an interval's times.
   *
   * @throws {RangeError} If it is no expression, or there is no such zone.
   */
  next(pattern: string, timeZone: string, after: Instant): Instant;
}
