import { HOUR, type Instant, type Milliseconds, MINUTE, SECOND } from "../../core/mod.ts";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const INTERVAL = /^(\d+):(\d\d):(\d\d)$/;

/** The full UTC hour that the instant lies in. */
export function hourOf(instant: Instant): Instant {
  return Math.floor(instant / HOUR) * HOUR;
}

/** An ISO 8601 time with an offset, or NaN where it is none. */
export function instantOf(text: string): Instant {
  return TIME.test(text) ? Date.parse(text) : NaN;
}

/** `hours:minutes:seconds`, or NaN where it is something else. */
export function intervalOf(text: string | null | undefined): Milliseconds {
  const [, hours, minutes, seconds] = INTERVAL.exec(text ?? "") ?? [];
  return Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
}
