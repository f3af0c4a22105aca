import type { AssetKey, Warning } from "../core/mod.ts";

/** Warnings by asset, a line for each. */
export function warningLines(warnings: ReadonlyMap<AssetKey, readonly Warning[]>): string[] {
  return [...warnings].flatMap(([key, warnings]) =>
    warnings.map(({ partition, message }) => `${key}${partition ? ` ${partition}` : ""}: ${message}`)
  );
}
