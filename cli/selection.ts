import leven from "leven";
import { type AssetKey, type Graph, select, selectionGraph } from "../core/mod.ts";
import { UsageError } from "./context.ts";

/** The one of `names` that somebody who wrote `word` most likely meant, if any is near. */
export function near(word: string, names: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    // An asset is often named without its group.
    const distance = Math.min(leven(word, name), leven(word, name.slice(name.indexOf("/") + 1)));
    if (distance <= limit && distance < (best?.distance ?? Infinity)) best = { name, distance };
  }
  return best?.name;
}

/** The assets that the words choose; all of them without any. @throws {UsageError} If a word chooses nothing. */
export function chosen(words: readonly string[], graph: Graph): ReadonlySet<AssetKey> {
  const selected = select(words, selectionGraph(graph), near);
  if (!selected.ok) throw new UsageError(selected.message);
  return selected.keys;
}
