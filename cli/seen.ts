import { type AssetKey, goneText, type Seen, type Warning } from "../core/mod.ts";

/** What looking at external assets found to be wrong, by asset. */
export function seenWarnings(seen: readonly Seen[]): ReadonlyMap<AssetKey, readonly Warning[]> {
  return new Map(seen.map(({ node, problems, gone }) => [
    node.key,
    [
      ...problems.map(({ partition, message }) => ({
        message,
        ...(partition !== null && { partition: node.set.key(partition) }),
      })),
      ...(gone.length > 0 ? [{ message: goneText(node, gone) }] : []),
    ],
  ]));
}

/** The same, a line for each. */
export function seenLines(seen: readonly Seen[]): string[] {
  return warningLines(seenWarnings(seen));
}

/** Warnings by asset, a line for each. */
export function warningLines(warnings: ReadonlyMap<AssetKey, readonly Warning[]>): string[] {
  return [...warnings].flatMap(([key, warnings]) =>
    warnings.map(({ partition, message }) => `${key}${partition ? ` ${partition}` : ""}: ${message}`)
  );
}
