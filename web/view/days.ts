import { daily, type Instant } from "../../core/mod.ts";
import type { View } from "./view.ts";

/** A day of the viewer's zone. */
export interface Day {
  /** `2018-01-31` */
  readonly key: string;
  readonly start: Instant;
  readonly end: Instant;
}

/** Of a week, from Monday on. */
const WEEK = 7;

/** The days of the latest weeks, from a Monday to the Sunday of this week, which may not have come yet. */
export function latestWeeks({ zone, now }: Pick<View, "zone" | "now">, weeks: number): Day[] {
  const set = daily({ timeZone: zone, start: "1970-01-01" });
  const today = set.at(now);
  const monday = today - (new Date(`${set.key(today)}T00:00Z`).getUTCDay() + 6) % WEEK;
  const first = Math.max(set.first, monday - (weeks - 1) * WEEK);
  return Array.from({ length: monday + WEEK - first }, (_, place) => dayAt(set, first + place));
}

/** The day of a key; undefined where it is none. */
export function dayOf({ zone }: Pick<View, "zone">, key: string): Day | undefined {
  const set = daily({ timeZone: zone, start: "1970-01-01" });
  const ordinal = /^\d{4}-\d\d-\d\d$/.test(key) ? set.ordinal(key) : undefined;
  return ordinal === undefined ? undefined : dayAt(set, ordinal);
}

/** The instants at which days begin, and the last ends. */
export function boundsOf(days: readonly Day[]): Instant[] {
  return [...days.map(({ start }) => start), ...days.slice(-1).map(({ end }) => end)];
}

function dayAt(set: ReturnType<typeof daily>, ordinal: number): Day {
  return { key: set.key(ordinal)!, ...set.window(ordinal) };
}
