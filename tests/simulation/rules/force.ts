import type { AssetKey } from "../../../core/event.ts";
import { contains, normalize, ordinals, type Ranges } from "../../../core/partition/ranges.ts";
import type { RunResult } from "../../../core/run/tally.ts";
import type { Worker } from "../worker.ts";

/** A forced run over all time makes every partition of the assets, or names it among those that failed or are blocked. */
export function forcedWhole(
  worker: Worker,
  assets: ReadonlySet<AssetKey>,
  { run, status, errors }: RunResult,
): void {
  if (status === "cancelled") return;
  const { world: { oracle }, orchestrator: { index } } = worker;
  const named = new Map<AssetKey, Ranges>();
  for (const { asset, partition } of errors) {
    const { set } = index.node(asset);
    const [from, to = from] = partition?.split("/").map((key) => set.ordinal(key)!) ?? [0];
    named.set(asset, normalize([...named.get(asset) ?? [], { from: from!, to: to! }]));
  }
  const made = new Set<string>();
  for (const event of oracle.log) {
    if (event.kind === "materialized" && event.run === run) made.add(`${event.asset} ${event.partition}`);
  }
  for (const { key, kind } of worker.sketches) {
    const there = worker.set(key).existing(index.now);
    if (!assets.has(key) || kind === "external" || there === null) continue;
    for (const partition of ordinals([there])) {
      if (!worker.set(key).has(partition, index.now) || made.has(`${key} ${partition}`)) continue;
      if (contains(named.get(key) ?? [], partition)) continue;
      throw oracle.violation(
        `"${key}" ${partition} was forced by run ${run}, which neither made nor named it`,
      );
    }
  }
}
