import {
  type Input,
  lowerBound,
  type Materialization,
  type Partitions,
  type Ranges,
} from "../../core/mod.ts";

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
      for (const key of keysWithin(upstream, inputs[name]!.members(ordinal))) {
        const known = readers.get(key);
        if (known === undefined) readers.set(key, [reader ?? WHOLE]);
        else known.push(reader ?? WHOLE);
      }
    }
  }
  return readers;
}

/** The keys of those within the ranges; they come ascending. */
function* keysWithin(upstream: readonly Materialization[], ranges: Ranges): Iterable<string> {
  for (const { from, to } of ranges) {
    const first = lowerBound(upstream.length, (i) => upstream[i]!.partition < from);
    for (let i = first; i < upstream.length && upstream[i]!.partition <= to; i++) {
      const { key } = upstream[i]!;
      if (key !== null) yield key;
    }
  }
}
