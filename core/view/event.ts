import type { CheckResult } from "../check.ts";
import type { AssetEvent, AssetKey, Payload, Seq } from "../event.ts";
import { iso } from "../instant.ts";
import type { Keys } from "./keys.ts";

/** An event: of one partition where something was made or checked, of a range where something was said. */
export interface EventJson extends Partial<Payload> {
  readonly seq: Seq;
  readonly kind: AssetEvent["kind"];
  readonly asset: AssetKey;
  readonly at: string;
  readonly partition?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly dataVersion?: string;
  readonly checks?: readonly CheckResult[];
  /** Why it failed: its code, or a check. */
  readonly reason?: string;
  readonly message?: string;
  readonly detail?: string;
}

/** One event by itself, with its partitions by key. */
export function eventJson(event: AssetEvent, keys: Keys): EventJson {
  const { seq, kind, asset, at } = event;
  const common = { seq, kind, asset, at: iso(at) };
  switch (event.kind) {
    case "materialized": {
      const { dataVersion, payload: { rows, files, metadata }, checks } = event;
      const partition = keys(asset, event.partition);
      return { ...common, partition, dataVersion, rows, files, metadata, checks };
    }
    case "checked":
      return { ...common, partition: keys(asset, event.partition), checks: event.checks };
    default: {
      const { kind: _kind, seq: _seq, asset: _asset, at: _at, run: _run, from, to, ...rest } = event;
      return { ...common, from: keys(asset, from), to: keys(asset, to), ...rest };
    }
  }
}

/** That the same happened to neighbouring partitions of an asset. */
export interface ChangeJson {
  readonly kind: AssetEvent["kind"];
  readonly asset: AssetKey;
  readonly from: string | null;
  readonly to: string | null;
}

/** The changes that events are, in their order: a step's partitions are one change. */
export function changesJson(events: readonly AssetEvent[], keys: Keys): ChangeJson[] {
  const changes: { kind: AssetEvent["kind"]; asset: AssetKey; from: number; to: number }[] = [];
  for (const event of events) {
    const { kind, asset } = event;
    const { from, to } = "partition" in event ? { from: event.partition, to: event.partition } : event;
    const last = changes.at(-1);
    if (last?.kind === kind && last.asset === asset && last.to === from - 1) last.to = to;
    else changes.push({ kind, asset, from, to });
  }
  return changes.map(({ kind, asset, from, to }) => ({
    kind,
    asset,
    from: keys(asset, from),
    to: keys(asset, to),
  }));
}
