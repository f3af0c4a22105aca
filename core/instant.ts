/** A point in time: milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Milliseconds = number;

/** Milliseconds of a second. */
export const SECOND: Milliseconds = 1_000;
/** Milliseconds of a minute. */
export const MINUTE: Milliseconds = 60 * SECOND;
/** Milliseconds of an hour. */
export const HOUR: Milliseconds = 60 * MINUTE;
/** Milliseconds of 24 hours. */
export const DAY: Milliseconds = 24 * HOUR;

/** A duration as people write it in a declaration, such as `{ hours: 3 }`. */
export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/** The duration in milliseconds. */
export function milliseconds(duration: Duration): Milliseconds {
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = duration;
  return days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND;
}

/** The instant in ISO 8601 with `Z`, without a fraction where there is none: `2024-01-15T07:00:00Z`. */
export function iso(instant: Instant): string {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

/** The instant in ISO 8601, cut to the second. */
export function isoSeconds(instant: Instant): string {
  return iso(instant).replace(/\.\d+/, "");
}
