import { type PartitionSet, type PartitionSpec, single } from "./partition_set.ts";
import { staticSet, type StaticSpec } from "./static_set.ts";
import { timeSet } from "./time_set.ts";
import { sameZone } from "./zone.ts";

/** Makes a partition set of its definition. */
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

/**
 * Merges a declared definition into the recorded one, so that ordinals keep their meaning: static keys keep their places,
 * new ones are appended and those no longer declared are retired; a time set may change its start and openness.
 *
 * @throws {TypeError} If the ordinals would mean something else: another kind of set, another grain or zone.
 */
export function merge(declared: PartitionSpec, recorded: PartitionSpec | undefined): PartitionSpec {
  if (recorded === undefined) return declared;
  if (declared.type === "static" && recorded.type === "static") return append(declared, recorded);
  if (declared.type !== recorded.type || !sameZone(timeZoneOf(declared), timeZoneOf(recorded))) {
    throw new TypeError(
      `declaring partitions: found ${describe(declared)}, wanted ${describe(recorded)} as recorded`,
    );
  }
  return declared;
}

function append(declared: StaticSpec, recorded: StaticSpec): StaticSpec {
  const known = new Set(recorded.keys);
  const wanted = new Set(declared.keys);
  for (const key of declared.retired ?? []) wanted.delete(key);
  const keys = [...recorded.keys, ...declared.keys.filter((key) => !known.has(key))];
  const retired = keys.filter((key) => !wanted.has(key));
  return { type: "static", keys, ...(retired.length > 0 && { retired }) };
}

function timeZoneOf(spec: PartitionSpec): string {
  return "timeZone" in spec ? spec.timeZone : "UTC";
}

function describe(spec: PartitionSpec): string {
  return "timeZone" in spec ? `${spec.type} in ${spec.timeZone}` : spec.type;
}
