import { HOUR } from "../../core/mod.ts";

/** Moves now to the middle of its hour: no hour and no day ends while a test runs that speaks of the present. */
export function toMidHour(): number {
  return HOUR / 2 - Date.now() % HOUR;
}

/** A module to run first, so that a program sees a time that is later by so many milliseconds, or earlier. */
export function shiftedClock(by: number): string {
  return `${import.meta.resolve("./shifted_clock.ts")}?by=${by}`;
}
