import type { AssetCounts } from "../../core/mod.ts";
import type { ShownState } from "./state.tsx";

/** Partitions by the state that is shown, each once, and how many of them are late. */
export type CountsShown = Readonly<Partial<Record<ShownState, number>>>;

/** The partitions of assets together, as they are shown. */
export function shownCounts(...assets: readonly AssetCounts[]): CountsShown {
  const sums: Partial<Record<ShownState, number>> = {};
  for (const { shown, late } of assets) {
    for (const [state, count] of Object.entries({ ...shown, late: late ?? 0 })) {
      sums[state as ShownState] = (sums[state as ShownState] ?? 0) + count;
    }
  }
  return sums;
}
