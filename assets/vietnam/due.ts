import { DAY, HOUR, type Instant, type Milliseconds, type Window } from "../../core/mod.ts";

/** The first full hour after an instant, UTC. */
function nextHour(instant: Instant): Instant {
  return after(instant, HOUR);
}

/** The first midnight after an instant, UTC. */
export function nextMidnight(instant: Instant): Instant {
  return after(instant, DAY);
}

/**
 * When an hour that was answered at `askedAt` is to be asked again: at the next full hour if it is younger than a day
 * then, else at the next midnight if it is younger than `lookback` then, else never. An hour's age counts from its end.
 */
export function hourDue({ end }: Window, askedAt: Instant, lookback: Milliseconds): Instant {
  if (nextHour(askedAt) - end < DAY) return nextHour(askedAt);
  if (nextMidnight(askedAt) - end < lookback) return nextMidnight(askedAt);
  return Infinity;
}

function after(instant: Instant, step: Milliseconds): Instant {
  return (Math.floor(instant / step) + 1) * step;
}
