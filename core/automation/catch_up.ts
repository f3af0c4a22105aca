import { type Instant, MINUTE } from "../instant.ts";
import type { CatchUp } from "./schedule.ts";

/** The first due time after an instant, or Infinity. */
export type Next = (after: Instant) => Instant;

/** So long after it was due, what is not caught up is still requested. */
export const IN_TIME = MINUTE;

/** A due time that has come. */
export interface Due {
  readonly at: Instant;
  /** Whether it came too long ago to be requested. */
  readonly isMissed: boolean;
}

/** The due time after `since` that is to be looked at by `now`; those before it are looked at no more. */
export function dueBy(
  catchUp: CatchUp,
  next: Next,
  { since, now }: { readonly since: Instant; readonly now: Instant },
): Due | undefined {
  if (catchUp === "all") {
    const at = next(since);
    return at <= now ? { at, isMissed: false } : undefined;
  }
  const at = lastDue(next, since, now);
  return at === undefined ? undefined : { at, isMissed: catchUp === "none" && now - at > IN_TIME };
}

/** The last due time after `since` and up to `now`; however many there are, few are looked at. */
export function lastDue(next: Next, since: Instant, now: Instant): Instant | undefined {
  let last = next(since);
  if (last > now) return undefined;
  // None is after this, up to now.
  let end = now;
  for (;;) {
    const after = next(last);
    if (after > now) return last;
    const middle = after + Math.floor((end - after) / 2);
    const later = next(middle);
    if (later <= end) last = later;
    else {
      last = after;
      end = middle;
    }
    if (last >= end) return last;
  }
}
