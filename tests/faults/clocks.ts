/** A module to run first, so that a program sees a time that is later by so many milliseconds, or earlier. */
export function shiftedClock(by: number): string {
  return `${import.meta.resolve("./shifted_clock.ts")}?by=${by}`;
}
