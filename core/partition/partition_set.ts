import type { Instant } from "../instant.ts";
import type { OrdinalRange } from "./ranges.ts";

/** The definition of a partition set as JSON, as the state keeps it; `partitionSet(spec)` makes the set of it. */
export type PartitionSpec =
  | { readonly type: "single" }
  | { readonly type: "static"; readonly keys: readonly string[]; readonly retired?: readonly string[] }
  | TimeSpec;

/** The grains of time that partitions have. */
export type TimeType = "hourly" | "daily" | "monthly";

/** A time set as JSON. */
export interface TimeSpec<Type extends TimeType = TimeType> {
  readonly type: Type;
  /** IANA name. */
  readonly timeZone: string;
  /** The first day, `YYYY-MM-DD` in the set's zone. */
  readonly start: string;
  /** Whether a partition exists as soon as its window has begun; otherwise once it has ended. */
  readonly open: boolean;
}

/** The window of a time partition, `[start, end)`. */
export interface Window {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * The partitions of an asset, as arithmetic over ordinals and never a list of keys.
 *
 * Ordinals of time sets count hours, days or months since 1970 in the set's zone, so that the ordinal of a key does not
 * depend on where the set starts; hours and days that the zone's clock skips are not counted. A static key's ordinal is its
 * place in an append-only list. A single partition is 0.
 */
export interface PartitionSet {
  readonly spec: PartitionSpec;
  /** The first to the last partition that exist at `now`, or null when there is none yet. Contiguous in time sets. */
  existing(now: Instant): OrdinalRange | null;
  /** Whether a partition exists at `now`: of those between the first and the last, retired static keys do not. */
  has(ordinal: number, now: Instant): boolean;
  /** The key of an ordinal: `2024-01-15T07`, `2024-01-15`, `2024-01`, a static key, or null for the single partition. */
  key(ordinal: number): string | null;
  /** The ordinal of a key, or undefined if the key is not one of this set's (whether or not it exists yet). */
  ordinal(key: string): number | undefined;
  /** The window of a time partition, or null in sets without time. */
  window(ordinal: number): Window | null;
  /** The partition whose window holds the instant; undefined in sets without time. */
  at(instant: Instant): number | undefined;
  /**
   * The partitions that overlap `--from A --to B`, both inclusive in the set's own grain: a bound is a month, a date or a
   * time, read in the set's zone unless it carries an offset. Sets without time answer all that they have.
   *
   * @throws {RangeError} If a bound is not a date or a time, or `to` lies before `from`.
   */
  between(from: string | undefined, to: string | undefined, now: Instant): OrdinalRange | null;
  /** The next instant after `now` at which a further partition exists, or Infinity. */
  nextExisting(now: Instant): Instant;
}

/** A set of windows of time, which follow each other without gaps. */
export interface TimeSet<Type extends TimeType = TimeType> extends PartitionSet {
  readonly spec: TimeSpec<Type>;
  /** The ordinal of the first partition. */
  readonly first: number;
  window(ordinal: number): Window;
  at(instant: Instant): number;
}

/** Whether the partitions are windows of time. */
export function isTimeSet(set: PartitionSet): set is TimeSet {
  return "timeZone" in set.spec;
}

/** The set of an unpartitioned asset: one partition, ordinal 0, its key null. */
export interface SingleSet extends PartitionSet {
  readonly spec: Extract<PartitionSpec, { type: "single" }>;
}

/** The set of an unpartitioned asset; the default of `partitions`. */
export const single: SingleSet = {
  spec: { type: "single" },
  existing: () => ({ from: 0, to: 0 }),
  has: (ordinal) => ordinal === 0,
  key: () => null,
  ordinal: () => undefined,
  window: () => null,
  at: () => undefined,
  between: () => ({ from: 0, to: 0 }),
  nextExisting: () => Infinity,
};
