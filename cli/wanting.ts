import type { AssetKey, AssetStatus, Warning } from "../core/mod.ts";
import { number, total } from "./text.ts";

/** States that are not as they should be, beside partitions that are not fresh. */
export interface Wanted {
  /** Whether the status is of whole sets, most of which was never asked for. */
  readonly wholeSets: boolean;
  /** The assets' warnings, where these count, too. */
  readonly warnings?: ReadonlyMap<AssetKey, readonly Warning[]> | undefined;
}

/** A line for each asset that is not as it should be: what was found of its partitions. */
export function wantingLines(
  assets: readonly AssetStatus[],
  { wholeSets, warnings }: Wanted,
): string[] {
  return assets.flatMap(({ key, partitions, late, broken }) => {
    const { fresh, stale, missing, failed, blocked } = partitions;
    const counted = wholeSets && fresh + stale > 0 ? 0 : missing;
    const found = Object.entries({
      stale,
      missing: counted,
      failed,
      blocked,
      late: total(late),
      "with a failed check": broken,
      ...told(warnings?.get(key)?.length ?? 0),
    }).filter(([, count]) => count > 0).map(([what, count]) => `${number(count)} ${what}`);
    return found.length === 0 ? [] : [
      `${key}: found ${found.join(", ")}, wanted all fresh${warnings === undefined ? "" : " and no warning"}`,
    ];
  });
}

function told(warnings: number) {
  return { [warnings === 1 ? "warning" : "warnings"]: warnings };
}
