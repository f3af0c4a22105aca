import type { AssetCounts } from "../../core/mod.ts";
import type { ShownState } from "./state.tsx";

/** An asset's partitions by the state that is shown: those that something lies over are not counted twice. */
export function shownCounts(
  { partitions: { fresh, stale, missing, failed, blocked, running }, late }: AssetCounts,
): Partial<Record<ShownState, number>> {
  return { fresh, stale, missing, failed, blocked, running, ...(late && { late }) };
}
