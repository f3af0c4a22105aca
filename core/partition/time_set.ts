import type { Instant } from "../instant.ts";
import { type Bound, instants, readBound } from "./bound.ts";
import type { TimeSet, TimeType, Window } from "./partition_set.ts";
import type { OrdinalRange } from "./ranges.ts";
import { scaleOf } from "./scale.ts";
import { zoneOf } from "./zone.ts";

/** Hours, each with the date and the hour that clocks of its time zone show. */
export type HourlySet = TimeSet<"hourly">;
/** Days, from midnight to midnight in a time zone. */
export type DailySet = TimeSet<"daily">;
/** Months of a time zone. */
export type MonthlySet = TimeSet<"monthly">;

/** The first window of a time set, and the zone whose clocks cut it. */
export interface TimeOptions {
  /**
   * The first day, `YYYY-MM-DD` in the set's zone, since 1970-01-01: the set begins with the partition that holds its
   * beginning.
   *
   * @default "2016-01-01"
   */
  readonly start?: string;
  /** IANA name. @default "UTC" */
  readonly timeZone?: string;
  /** Whether a partition exists as soon as its window has begun; otherwise once it has ended. @default false */
  readonly open?: boolean;
}

/** A partition an hour. Keys: `2024-01-15T07`, in other zones than UTC with the offset, `2024-01-15T07+07:00`. */
export function hourly(options: TimeOptions = {}): HourlySet {
  return timeSet("hourly", options);
}

/** A partition a day. Keys: `2024-01-15`. */
export function daily(options: TimeOptions = {}): DailySet {
  return timeSet("daily", options);
}

/** A partition a month. Keys: `2024-01`. */
export function monthly(options: TimeOptions = {}): MonthlySet {
  return timeSet("monthly", options);
}

/** @throws {RangeError} If the start is not a date since 1970, or there is no such zone. */
export function timeSet<Type extends TimeType>(type: Type, options: TimeOptions): TimeSet<Type> {
  const { start = "2016-01-01", timeZone = "UTC", open = false } = options;
  const zone = zoneOf(timeZone);
  const scale = scaleOf(type, timeZone);
  const first = scale.at(zone.first(firstDay(start)));

  // Asked for every partition of a batch, at one time.
  let countedAt = NaN;
  let known: OrdinalRange | null = null;

  function existing(now: Instant): OrdinalRange | null {
    if (now !== countedAt) {
      const to = open ? scale.at(now) : scale.at(now) - 1;
      known = to < first ? null : { from: first, to };
      countedAt = now;
    }
    return known;
  }

  function window(ordinal: number): Window {
    return { start: scale.start(ordinal), end: scale.start(ordinal + 1) };
  }

  return {
    spec: { type, timeZone, start, open },
    first,
    existing,
    has: (ordinal, now) => ordinal >= first && ordinal <= (existing(now)?.to ?? -Infinity),
    key: scale.key,
    ordinal(key) {
      const bound = readBound(key);
      if (bound === undefined) return undefined;
      const near = scale.at(instants(bound, zone).start);
      // Where a clock is set back by part of an hour, the hour of this key begins within the one before.
      const ordinal = [near, near + 1].find((each) => scale.key(each) === key);
      return ordinal === undefined || ordinal < first ? undefined : ordinal;
    },
    window,
    at: scale.at,
    between(from, to, now) {
      const lower = from === undefined ? undefined : boundOf(from);
      const upper = to === undefined ? undefined : boundOf(to);
      const start = lower && instants(lower, zone).start;
      const end = upper && instants(upper, zone).end;
      if (lower !== undefined && upper !== undefined) {
        const local = lower.offset === undefined && upper.offset === undefined;
        if (local ? upper.end <= lower.start : end! <= start!) {
          throw new RangeError(
            `choosing partitions: "${to}" lies before "${from}", wanted it at or after that`,
          );
        }
      }
      const there = existing(now);
      if (there === null) return null;
      const range = {
        from: start === undefined ? first : Math.max(first, scale.at(start)),
        to: end === undefined ? there.to : Math.min(there.to, scale.at(end - 1)),
      };
      return range.from <= range.to ? range : null;
    },
    nextExisting(now) {
      const next = (existing(now)?.to ?? first - 1) + 1;
      return scale.start(open ? next : next + 1);
    },
  };
}

function firstDay(start: string): Instant {
  const bound = start.length === "2016-01-01".length ? readBound(start) : undefined;
  if (bound === undefined || bound.start < 0) {
    throw new RangeError(`declaring partitions: the start is "${start}", wanted a date since "1970-01-01"`);
  }
  return bound.start;
}

function boundOf(text: string): Bound {
  const bound = readBound(text);
  if (bound === undefined) {
    throw new RangeError(
      `choosing partitions: found "${text}", wanted a month, a date or a time such as "2018-01-31T05"`,
    );
  }
  return bound;
}
