import type { Duration } from "../instant.ts";
import { type Condition, when } from "./condition.ts";

/** The options of a preset condition. */
export interface PresetOptions {
  /** Missing partitions count only in so many of the latest windows; stale ones count at any age. @default all windows */
  readonly lookBack?: number;
  /** The time after which a failed partition is tried again. @default an hour */
  readonly retryAfter?: Duration;
}

/**
 * A condition: partitions are made once they are missing or stale, as soon as all that they read is ready or
 * requested, too.
 */
export function eager(options: PresetOptions = {}): Condition {
  return labelled("eager", wanted(options), ...able(options));
}

/** A condition: partitions are made once they are missing, as soon as all that they read is ready or requested, too. */
export function onMissing(options: PresetOptions = {}): Condition {
  return labelled("on missing", ...missing(options), ...able(options));
}

/**
 * A condition: partitions that are missing or stale at the times of a cron expression are made, once they can be.
 *
 * @param pattern Such as `0 9 * * 1-5`: minute, hour, day of the month, month, day of the week.
 * @param options `timeZone` is UTC unless given.
 */
export function onCron(
  pattern: string,
  { timeZone = "UTC", ...options }: PresetOptions & { readonly timeZone?: string } = {},
): Condition {
  const due = when.and(wanted(options), when.cronPassed(pattern, timeZone));
  return labelled(
    `on cron ${pattern} (${timeZone})`,
    wanted(options),
    when.since(due, when.newlyUpdated),
    ...able(options),
  );
}

function wanted(options: PresetOptions): Condition {
  const [first, ...more] = missing(options);
  return when.or(more.length === 0 ? first! : when.and(first!, ...more), when.stale());
}

function missing({ lookBack }: PresetOptions): Condition[] {
  return lookBack === undefined ? [when.missing] : [when.missing, when.withinLatest(lookBack)];
}

function able({ retryAfter = { hours: 1 } }: PresetOptions): Condition[] {
  return [
    when.not(when.inProgress),
    when.not(when.failed(retryAfter)),
    when.allUpstream(when.or(when.ready, when.requested)),
  ];
}

function labelled(label: string, ...of: readonly Condition[]): Condition {
  return { condition: "and", of, label };
}
