import { DAY, HOUR, type Instant } from "../../core/mod.ts";
import type { Format } from "../view/format.ts";

/** Round numbers from below the least to above the most, at most seven. */
export function niceTicks(least: number, most: number): number[] {
  if (least === most) return least === 0 ? [0, 1] : niceTicks(Math.min(0, least), Math.max(0, most));
  const rough = (most - least) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough)!;
  const first = Math.floor(least / step);
  const last = Math.ceil(most / step);
  // Counted in steps, so that no fractions of binary numbers add up.
  return Array.from(
    { length: last - first + 1 },
    (_, place) => Number(((first + place) * step).toPrecision(12)),
  );
}

const STEPS = [
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  91 * DAY,
  365 * DAY,
];
const MOST_TICKS = 9;

/** A moment on an axis. */
export interface MomentTick {
  readonly at: Instant;
  readonly label: string;
}

/** Full hours or days of the viewer's zone between two moments, as many as can be read. */
export function momentTicks(format: Format, from: Instant, to: Instant): MomentTick[] {
  const step = STEPS.find((each) => (to - from) / each <= MOST_TICKS) ?? (to - from) / MOST_TICKS;
  const offset = Date.parse(`${format.time(from).replace(" ", "T")}Z`) - Math.floor(from / 1_000) * 1_000;
  const ticks: MomentTick[] = [];
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= to; at += step) {
    const text = format.time(at);
    const isDay = text.slice(11, 16) === "00:00";
    ticks.push({
      at,
      label: step >= 365 * DAY
        ? text.slice(0, 7)
        : isDay || step >= DAY
        ? text.slice(5, 10)
        : text.slice(11, 16),
    });
  }
  return ticks;
}

/** A moment to the minute, without the time of a day's beginning. */
export function momentText(format: Format, at: Instant): string {
  return format.time(at).slice(0, 16).replace(" 00:00", "");
}
