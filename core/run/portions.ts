import type { Partition, Partitions } from "../asset.ts";
import { batches, chunks, count, type OrdinalRange, ordinals, type Ranges } from "../partition/ranges.ts";
import type { Node } from "../staleness/node.ts";

/** The portions of partitions that one call of a node's code takes. */
export function portions({ asset: { batch: { most, scattered } } }: Node, ranges: Ranges): Ranges[] {
  return scattered ? [...batches(ranges, most)] : [...chunks(ranges, most)].map((range) => [range]);
}

/** From the first to the last partition. */
export function hullOf(partitions: Ranges): OrdinalRange {
  return { from: partitions[0]!.from, to: partitions.at(-1)!.to };
}

/** Partitions as the node's code is given them. */
export function partitionsOf(node: Node, ranges: Ranges): Partitions {
  const partition = (ordinal: number): Partition => ({
    ordinal,
    key: node.set.key(ordinal),
    window: node.set.window(ordinal),
  });
  const { from, to } = hullOf(ranges);
  return {
    ranges,
    count: count(ranges),
    first: partition(from),
    last: partition(to),
    *[Symbol.iterator]() {
      for (const ordinal of ordinals(ranges)) yield partition(ordinal);
    },
  };
}
