import { type AssetKey, type Graph, select } from "../core/mod.ts";
import { UsageError } from "./context.ts";
import { near } from "./near.ts";

/** The assets that the words choose; all of them without any. @throws {UsageError} If a word chooses nothing. */
export function chosen(words: readonly string[], graph: Graph): ReadonlySet<AssetKey> {
  const downstream = new Map<AssetKey, AssetKey[]>();
  for (const asset of graph.assets) {
    for (const upstream of upstreamOf(graph, asset.key)) {
      downstream.set(upstream, [...downstream.get(upstream) ?? [], asset.key]);
    }
  }
  const selected = select(words, {
    assets: graph.assets,
    upstream: (key) => upstreamOf(graph, key),
    downstream: (key) => downstream.get(key) ?? [],
  }, near);
  if (!selected.ok) throw new UsageError(selected.message);
  return selected.keys;
}

/** The upstream assets of an asset. */
function upstreamOf(graph: Graph, key: AssetKey): AssetKey[] {
  return Object.values(graph.byKey.get(key)?.deps ?? {}).map(({ asset }) => asset.key);
}
