import { type AssetKey, type PartitionSet, partitionSet, type State } from "../core/mod.ts";

/** The keys of partitions, by the sets that the state itself recorded. */
export async function keysOf(state: State): Promise<(asset: AssetKey, partition: number) => string | null> {
  const sets = new Map<AssetKey, PartitionSet>();
  for (const { key, partitions } of await state.assets()) sets.set(key, partitionSet(partitions));
  return (asset, partition) => sets.get(asset)!.key(partition);
}
