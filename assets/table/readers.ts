import { contains, type Input, type Materialization, type Partitions } from "../../core/mod.ts";

/** The partition of an asset that has only one, as programs name it. */
export const WHOLE = "all";

/** The partitions in hand that read an upstream partition, by its key: days are read by their month, or by neighbours. */
export function readersOf(
  partitions: Partitions,
  inputs: Readonly<Record<string, Input>>,
  materialized: Readonly<Record<string, readonly Materialization[]>>,
): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const [name, upstream] of Object.entries(materialized)) {
    for (const { ordinal, key: reader } of partitions) {
      const members = inputs[name]!.members(ordinal);
      for (const { partition, key } of upstream) {
        if (key === null || !contains(members, partition)) continue;
        const known = readers.get(key);
        if (known === undefined) readers.set(key, [reader ?? WHOLE]);
        else known.push(reader ?? WHOLE);
      }
    }
  }
  return readers;
}
