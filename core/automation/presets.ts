import type { Duration } from "../instant.ts";
import { type Condition, when } from "./condition.ts";

/** The partitions that a preset leaves out. */
export interface PresetOptions {
  /** Missing partitions are asked for in so many of the latest windows; what stands is kept fresh at any age. @default in all */
  readonly lookBack?: number;
  /** A partition that failed is asked for again after so long. @default an hour */
  readonly retryAfter?: Duration;
}

/** Whatever is missing or stale, in every window, as soon as all that it reads is there or is asked for, too. */
export function eager(options: PresetOptions = {}): Condition {
  return labelled("eager", wanted(options), ...able(options));
}

/** Whatever is missing, in every window, as soon as all that it reads is there or is asked for, too. */
export function onMissing(options: PresetOptions = {}): Condition {
  return labelled("on missing", ...missing(options), ...able(options));
}

/**
 * Whatever is missing or stale, in every window, at the times that a cron expression names: what is so at such a time is
 * asked for once it can be made, what becomes so later at the next time.
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
