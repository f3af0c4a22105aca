import leven from "leven";

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
