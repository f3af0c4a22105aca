import { HOUR, type Instant } from "../../core/mod.ts";
import { fast } from "./fast_clock.ts";

/** Moves now to the middle of its hour: no hour and no day ends while a test runs that speaks of the present. */
export function toMidHour(): number {
  return HOUR / 2 - Date.now() % HOUR;
}

/** A module to run first, so that a program sees a time that is later by so many milliseconds, or earlier. */
export function shiftedClock(by: number): string {
  return `${import.meta.resolve("./shifted_clock.ts")}?by=${by}`;
}

/** A time that begins in the middle of this hour and runs faster, for servers and programs, until it is made to run plainly. */
export class FastTime {
  readonly began: Instant;
  readonly #since: Instant;
  readonly #speed: number;
  #shift: number | undefined;

  constructor(speed: number) {
    this.#since = Date.now();
    this.#speed = speed;
    this.began = this.#since + toMidHour();
  }

  now = (): Instant =>
    this.#shift === undefined
      ? Math.floor(fast(Date.now(), this.#since, this.#speed, this.began))
      : Date.now() + this.#shift;

  /** A module to run first, so that a program that is started now lives by this time. */
  get module(): string {
    if (this.#shift !== undefined) return shiftedClock(this.#shift);
    const query = { since: this.#since, speed: this.#speed, from: this.began };
    const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
    return `${import.meta.resolve("./fast_clock.ts")}?${new URLSearchParams(texts)}`;
  }

  /** Goes on from the middle of the hour after the next, as fast as any clock; programs at work do not see it. */
  slowDown(): void {
    this.#shift = Math.ceil(this.now() / HOUR) * HOUR + 1.5 * HOUR - Date.now();
  }
}
