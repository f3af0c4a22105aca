import type { PartitionSet } from "./partition_set.ts";
import { count, type OrdinalRange, type Ranges } from "./ranges.ts";

/** Partitions by key; equal ends for a single one, null for the unpartitioned. */
export interface KeyRange {
  readonly from: string | null;
  readonly to: string | null;
}

/** Neighbouring partitions by key, and how many they are. */
export interface PartitionRange extends KeyRange {
  readonly count: number;
}

/** Partitions of a set by key. */
export function partitionRanges(set: PartitionSet, ranges: Ranges): PartitionRange[] {
  return ranges.map((range) => partitionRange(set, range));
}

/** Neighbouring partitions of a set by key. */
export function partitionRange(set: PartitionSet, range: OrdinalRange): PartitionRange {
  return { ...keyRange(set, range), count: count([range]) };
}

/** A range of a set's partitions by key. */
export function keyRange(set: PartitionSet, { from, to }: OrdinalRange): KeyRange {
  return { from: set.key(from), to: set.key(to) };
}

/** Partitions by key as people read them: `2018-01-01 … 2018-01-31`; nothing for the unpartitioned. */
export function rangeText(from: string | null, to: string | null): string {
  if (from === null) return "";
  return from === to ? from : `${from} … ${to}`;
}
