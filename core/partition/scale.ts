import { DAY, HOUR, type Instant, type Milliseconds } from "../instant.ts";
import type { TimeType } from "./partition_set.ts";
import { type Zone, zoneOf } from "./zone.ts";

/** A way to cut time into windows: without gaps, numbered without gaps since 1970. */
export interface Scale {
  /** The ordinal of the window that holds the instant. */
  at(instant: Instant): number;
  /** When a window begins; it ends where the next begins. */
  start(ordinal: number): Instant;
  key(ordinal: number): string;
}

/** The hours, days or months of a zone; in UTC plain integer arithmetic. */
export function scaleOf(type: TimeType, timeZone: string): Scale {
  return timeZone === "UTC" ? UTC[type] : ZONED[type](zoneOf(timeZone));
}

const UTC: Readonly<Record<TimeType, Scale>> = {
  hourly: {
    at: (instant) => Math.floor(instant / HOUR),
    start: (ordinal) => ordinal * HOUR,
    key: (ordinal) => stamp(ordinal * HOUR, "2024-01-15T07".length),
  },
  daily: {
    at: (instant) => Math.floor(instant / DAY),
    start: (ordinal) => ordinal * DAY,
    key: (ordinal) => stamp(ordinal * DAY, "2024-01-15".length),
  },
  monthly: {
    at: month,
    start: firstOfMonth,
    key: (ordinal) => stamp(firstOfMonth(ordinal), "2024-01".length),
  },
};

const ZONED: Readonly<Record<TimeType, (zone: Zone) => Scale>> = {
  hourly(zone) {
    const hours = new Steps(zone, HOUR);
    return {
      at: (instant) => hours.at(instant),
      start: (ordinal) => hours.start(ordinal),
      key(ordinal) {
        const start = hours.start(ordinal);
        const wall = zone.wall(start);
        return stamp(wall, "2024-01-15T07".length) + offsetText(wall - start);
      },
    };
  },
  daily(zone) {
    const days = new Steps(zone, DAY);
    return {
      at: (instant) => days.at(instant),
      start: (ordinal) => days.start(ordinal),
      key: (ordinal) => stamp(zone.wall(days.start(ordinal)), "2024-01-15".length),
    };
  },
  monthly(zone) {
    const days = new Steps(zone, DAY);
    return {
      at: (instant) => month(zone.wall(days.start(days.at(instant)))),
      start: (ordinal) => zone.first(firstOfMonth(ordinal)),
      key: UTC.monthly.key,
    };
  },
};

/**
 * The hours or days of a zone's wall clock.
 *
 * A window begins at the first instant whose wall clock shows its first moment or a later one. Hours that the clock skips,
 * and days that a zone left out (Apia's 2011-12-30), have no ordinal; where a clock is set back by full hours, both hours of
 * one name have their own, and where it is set back over midnight, the new day has already begun. A shift by part of an hour
 * makes one hour longer or shorter.
 */
class Steps {
  readonly #zone: Zone;
  readonly #unit: Milliseconds;
  /** For each stretch of the zone: the ordinal of an instant is `floor((instant + shift) / unit)`, and at least `low`. */
  readonly #shifts: Milliseconds[];
  readonly #lows: number[] = [-Infinity];
  #skipped: Milliseconds = 0;

  constructor(zone: Zone, unit: Milliseconds) {
    this.#zone = zone;
    this.#unit = unit;
    this.#shifts = [this.#fraction(0)];
  }

  at(instant: Instant): number {
    return this.#at(instant, this.#known(this.#zone.stretch(instant)));
  }

  start(ordinal: number): Instant {
    // No offset and no day left out moves a window further than this.
    let stretch = this.#known(this.#zone.stretch(ordinal * this.#unit + 3 * DAY));
    while (this.#lows[stretch]! >= ordinal) stretch--;
    return Math.min(ordinal * this.#unit - this.#shifts[stretch]!, this.#zone.end(stretch));
  }

  #at(instant: Instant, stretch: number): number {
    return Math.max(this.#lows[stretch]!, Math.floor((instant + this.#shifts[stretch]!) / this.#unit));
  }

  #known(stretch: number): number {
    for (let next = this.#shifts.length; next <= stretch; next++) {
      const start = this.#zone.start(next);
      const before = this.#at(start - 1, next - 1);
      const shift = this.#fraction(next);
      const reached = Math.floor((start + shift - this.#skipped) / this.#unit);
      this.#skipped += Math.max(0, reached - before - 1) * this.#unit;
      this.#shifts.push(shift - this.#skipped);
      this.#lows.push(Math.min(Math.max(reached, before), before + 1));
    }
    return stretch;
  }

  /** Of an offset only what sets the beginnings of hours apart counts for hours; all of it for days. */
  #fraction(stretch: number): Milliseconds {
    const offset = this.#zone.offset(stretch);
    return this.#unit === DAY ? offset : offset - Math.floor(offset / this.#unit) * this.#unit;
  }
}

/** The month of a wall time, counted since 1970-01. */
function month(wall: Instant): number {
  const date = new Date(wall);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

function firstOfMonth(ordinal: number): Instant {
  return Date.UTC(1970, ordinal, 1);
}

function stamp(wall: Instant, length: number): string {
  return new Date(wall).toISOString().slice(0, length);
}

/** `+07:00`, with seconds where there are some. */
function offsetText(offset: Milliseconds): string {
  const time = stamp(Math.abs(offset), "1970-01-01T07:00:00".length).slice("1970-01-01T".length);
  return (offset < 0 ? "-" : "+") + time.replace(/:00$/, "");
}
