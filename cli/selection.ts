import { type AssetKey, type Graph, select, selectionGraph } from "../core/mod.ts";
import { UsageError } from "./context.ts";
import { near } from "./near.ts";

/** The assets that the words choose; all of them without any. @throws {UsageError} If a word chooses nothing. */
export function chosen(words: readonly string[], graph: Graph): ReadonlySet<AssetKey> {
  const selected = select(words, selectionGraph(graph), near);
  if (!selected.ok) throw new UsageError(selected.message);
  return selected.keys;
}
