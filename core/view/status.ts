import type { AssetKey } from "../event.ts";
import type { Graph } from "../graph.ts";
import { iso } from "../instant.ts";
import type { PartitionState } from "../staleness/states.ts";
import type { AssetStatus } from "../status.ts";
import type { Warning } from "../warnings.ts";

/** How an asset's partitions stand: fresh + stale + missing = total; the others lie over these. */
export interface AssetStatusJson {
  readonly key: AssetKey;
  readonly group: string;
  readonly kind: string;
  readonly partitions: Readonly<Record<"total" | PartitionState, number>>;
  readonly ranges: readonly {
    readonly from: string | null;
    readonly to: string | null;
    readonly state: PartitionState;
  }[];
  readonly lastMaterialized: string | null;
  readonly checks: { readonly passed: number; readonly failed: number };
  readonly warnings: readonly Warning[];
}

/** The status of an asset, as `status --json` has it. */
export function assetStatusJson(
  graph: Graph,
  { key, partitions, ranges, lastMaterialized, checks, warnings }: AssetStatus,
): AssetStatusJson {
  const { group, kind } = graph.byKey.get(key)!;
  const { total, fresh, stale, missing, failed, running, blocked } = partitions;
  return {
    key,
    group,
    kind,
    partitions: { total, fresh, stale, missing, failed, running, blocked },
    ranges: ranges.map(({ from, to, state }) => ({ from, to, state })),
    lastMaterialized: lastMaterialized === null ? null : iso(lastMaterialized),
    checks,
    warnings,
  };
}
