import type { PartitionSet, PartitionSpec } from "./partition_set.ts";

/** The set of an unpartitioned asset: one partition, ordinal 0, its key null. */
export interface SingleSet extends PartitionSet {
  readonly spec: Extract<PartitionSpec, { type: "single" }>;
}

/** One whole that is not partitioned; its key is null. */
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
