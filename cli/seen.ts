import type { AssetKey, Seen, Warning } from "../core/mod.ts";

/** Warnings of assets, a line for each. */
export function warningLines(warnings: Iterable<readonly [AssetKey, readonly Warning[]]>): string[] {
  return [...warnings].flatMap(([key, warnings]) =>
    warnings.map(({ partition, message }) => `${key}${partition ? ` ${partition}` : ""}: ${message}`)
  );
}

/** A line for each warning of assets that could be looked at. */
export function seenLines(seen: readonly Seen[]): string[] {
  return warningLines(seen.map(({ asset, warnings }) => [asset, warnings]));
}

/** A line for each asset that could not be looked at: nothing can be told of it. */
export function unseenLines(seen: readonly Seen[]): string[] {
  return seen.flatMap(({ asset, failure }) => failure === undefined ? [] : [`${asset}: ${failure}`]);
}
