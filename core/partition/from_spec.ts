import type { PartitionSet, PartitionSpec } from "./partition_set.ts";
import { single } from "./single.ts";
import { staticSet } from "./static_set.ts";
import { timeSet } from "./time_set.ts";

/** Makes a set again from what it is made of. */
export function partitionSet(spec: PartitionSpec): PartitionSet {
  switch (spec.type) {
    case "single":
      return single;
    case "static":
      return staticSet(spec);
    default:
      return timeSet(spec.type, spec);
  }
}
