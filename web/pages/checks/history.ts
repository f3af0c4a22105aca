import type { AssetEvent, AssetKey, CheckResult, Instant, OpenLake } from "../../../core/mod.ts";

/** The results of one check over the newest partitions that were looked at. */
export interface CheckHistory {
  readonly check: string;
  readonly severity: CheckResult["severity"];
  readonly passed: number;
  readonly failed: number;
  /** Newest first. */
  readonly results: readonly {
    readonly at: Instant;
    readonly partition: number;
    readonly result: CheckResult;
  }[];
}

/** So many of the newest events are looked at. */
const EVENTS = 300;

/** The newest results of an asset's checks, by check; those that failed the most come first. */
export async function historyOf({ state }: OpenLake, asset: AssetKey): Promise<CheckHistory[]> {
  const events = await state.eventsOf(asset, EVENTS, { kinds: ["materialized", "checked"] });
  const results = events.flatMap((event) => resultsIn(event));
  return [...Map.groupBy(results, ({ result }) => result.check)].map(([check, those]) => {
    const failed = those.filter(({ result }) => !result.passed).length;
    return {
      check,
      severity: those[0]!.result.severity,
      passed: those.length - failed,
      failed,
      results: those,
    };
  }).sort((a, b) => b.failed - a.failed);
}

function resultsIn(event: AssetEvent) {
  if (event.kind !== "materialized" && event.kind !== "checked") return [];
  const { at, partition, checks } = event;
  return checks.map((result) => ({ at, partition, result }));
}
