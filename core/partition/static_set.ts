import type { PartitionSet, PartitionSpec } from "./partition_set.ts";

/** Named partitions as JSON: keys in the order of their ordinals. */
export type StaticSpec = Extract<PartitionSpec, { type: "static" }>;

/** Partitions named by a list of keys. */
export interface StaticSet extends PartitionSet {
  readonly spec: StaticSpec;
}

/** A partition for each key. @throws {TypeError} If a key is empty or stands there twice. */
export function staticKeys(keys: readonly string[]): StaticSet {
  return staticSet({ type: "static", keys });
}

/** The set of a spec whose list may hold retired keys: these keep their ordinal and name, and do not exist any more. */
export function staticSet(spec: StaticSpec): StaticSet {
  const { keys } = spec;
  const seen = new Set<string>();
  const twice = keys.find((key) => seen.size === seen.add(key).size);
  if (twice !== undefined) throw new TypeError(`declaring static partitions: "${twice}" stands there twice`);
  if (keys.includes("")) throw new TypeError('declaring static partitions: found the key "", wanted a name');

  const retired = new Set(spec.retired);
  const ordinals = new Map(
    keys.map((key, place) => [key, place] as const).filter(([key]) => !retired.has(key)),
  );
  const present = [...ordinals.values()];
  const hull = present.length === 0 ? null : { from: present[0]!, to: present.at(-1)! };
  return {
    spec,
    existing: () => hull,
    has: (ordinal) => ordinals.get(keys[ordinal] ?? "") === ordinal,
    key(ordinal) {
      const key = keys[ordinal];
      if (key === undefined) {
        throw new RangeError(
          `naming a static partition: found ordinal ${ordinal}, wanted one below ${keys.length}`,
        );
      }
      return key;
    },
    ordinal: (key) => ordinals.get(key),
    window: () => null,
    at: () => undefined,
    between: () => hull,
    nextExisting: () => Infinity,
  };
}
