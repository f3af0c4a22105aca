import type { AssetStatus } from "../core/mod.ts";
import { number, total } from "./text.ts";

/** A line for each asset that is not as it should be: what was found of its partitions. */
export function wantingLines(assets: readonly AssetStatus[], wholeSets: boolean): string[] {
  return assets.flatMap(({ key, partitions, late, broken }) => {
    const { fresh, stale, missing, failed, blocked } = partitions;
    // Most of a whole set was never asked for.
    const counted = wholeSets && fresh + stale > 0 ? 0 : missing;
    const found = Object.entries({
      stale,
      missing: counted,
      failed,
      blocked,
      late: total(late),
      "with a failed check": broken,
    }).filter(([, count]) => count > 0).map(([what, count]) => `${number(count)} ${what}`);
    return found.length === 0 ? [] : [`${key}: found ${found.join(", ")}, wanted all fresh`];
  });
}
