import { DAY, type Instant, type Milliseconds } from "../instant.ts";

/**
 * A time zone as stretches of constant offset from UTC, read from Temporal as far as they were asked for and kept.
 * Before 1970 the zone is taken to have had the offset with which it entered that year.
 */
export class Zone {
  readonly #starts: Instant[] = [-Infinity];
  readonly #offsets: Milliseconds[];
  #next: Temporal.ZonedDateTime | null;

  /** @throws {RangeError} If there is no such zone. */
  constructor(name: string) {
    const epoch = inZone(name, -2 * DAY);
    this.#offsets = [epoch.offsetNanoseconds / 1e6];
    this.#next = epoch.getTimeZoneTransition("next");
  }

  /** The index of the stretch that holds the instant. */
  stretch(instant: Instant): number {
    while (this.#next !== null && this.#next.epochMilliseconds <= instant) {
      this.#starts.push(this.#next.epochMilliseconds);
      this.#offsets.push(this.#next.offsetNanoseconds / 1e6);
      this.#next = this.#next.getTimeZoneTransition("next");
    }
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#starts[middle]! <= instant) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** When a stretch begins. */
  start(stretch: number): Instant {
    return this.#starts[stretch]!;
  }

  /** When a stretch ends and the next begins. */
  end(stretch: number): Instant {
    return this.#starts[stretch + 1] ?? this.#next?.epochMilliseconds ?? Infinity;
  }

  /** The zone's offset from UTC during a stretch: wall time minus instant. */
  offset(stretch: number): Milliseconds {
    return this.#offsets[stretch]!;
  }

  /** The wall time, as the instant at which a clock in UTC shows it. */
  wall(instant: Instant): Instant {
    return instant + this.offset(this.stretch(instant));
  }

  /** The first instant whose wall time is `wall` or later. */
  first(wall: Instant): Instant {
    for (let stretch = this.stretch(wall - DAY);; stretch++) {
      const instant = Math.max(this.start(stretch), wall - this.offset(stretch));
      if (instant < this.end(stretch)) return instant;
      this.stretch(this.end(stretch));
    }
  }

  /** The end of the last instant whose wall time is before `wall`. */
  last(wall: Instant): Instant {
    for (let stretch = this.stretch(wall + DAY);; stretch--) {
      const instant = Math.min(this.end(stretch), wall - this.offset(stretch));
      if (instant > this.start(stretch)) return instant;
    }
  }
}

const zones = new Map<string, Zone>();

/** The zone of an IANA name. @throws {RangeError} If there is no such zone. */
export function zoneOf(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) zones.set(name, zone = new Zone(name));
  return zone;
}

/** Whether two names are of one zone, as `Asia/Calcutta` and `Asia/Kolkata`. */
export function sameZone(a: string, b: string): boolean {
  return a === b || inZone(a, 0).equals(inZone(b, 0));
}

function inZone(name: string, instant: Instant): Temporal.ZonedDateTime {
  try {
    return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name);
  } catch (cause) {
    throw new RangeError(
      `reading a time zone: found "${name}", wanted an IANA name such as "Asia/Ho_Chi_Minh"`,
      {
        cause,
      },
    );
  }
}
