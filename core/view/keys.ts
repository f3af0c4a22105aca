import type { AssetKey } from "../event.ts";
import { partitionSet } from "../partition/from_spec.ts";
import type { PartitionSet } from "../partition/partition_set.ts";
import type { State } from "../ports/state.ts";

/** The keys of an asset's partitions. */
export type Keys = (asset: AssetKey, partition: number) => string | null;

/** The keys of partitions, by the sets that the state itself recorded. */
export async function keysOf(state: State): Promise<Keys> {
  const sets = new Map<AssetKey, PartitionSet>();
  for (const { key, partitions } of await state.assets()) sets.set(key, partitionSet(partitions));
  return (asset, partition) => sets.get(asset)!.key(partition);
}
