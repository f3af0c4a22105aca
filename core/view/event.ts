import { partitionSet } from "../partition/spec.ts";
import type { PartitionSet } from "../partition/partition_set.ts";
import type { State } from "../ports/state.ts";
import type { CheckResult } from "../check.ts";
import type { AssetEvent, AssetKey, Payload, Seq } from "../event.ts";
import { iso } from "../instant.ts";
import type { OrdinalRange } from "../partition/ranges.ts";

/**
 * An event: of one partition where something was made or checked, of a range where something was said, or of an
 * asset's code.
 */
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
  /** Of the code that was registered. */
  readonly codeVersion?: string;
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
    case "registered":
      return { ...common, codeVersion: event.record.version };
    case "failed": {
      const { from, to, reason, message } = event;
      return { ...common, from: keys(asset, from), to: keys(asset, to), reason, message };
    }
    default: {
      const { kind: _kind, seq: _seq, asset: _asset, at: _at, run: _run, from, to, ...rest } = event;
      return { ...common, from: keys(asset, from), to: keys(asset, to), ...rest };
    }
  }
}

/** A change of neighbouring partitions of an asset. */
export interface ChangeJson {
  readonly kind: AssetEvent["kind"];
  readonly asset: AssetKey;
  readonly from: string | null;
  readonly to: string | null;
}

/** The changes that events are, in their order: a step's partitions are one change. */
export function changesJson(events: readonly AssetEvent[], keys: Keys): ChangeJson[] {
  const changes: { kind: AssetEvent["kind"]; asset: AssetKey; range: OrdinalRange | null }[] = [];
  for (const event of events) {
    const { kind, asset } = event;
    const range = rangeOf(event);
    const last = changes.at(-1);
    const isNext = last?.kind === kind && last.asset === asset && last.range?.to === (range?.from ?? NaN) - 1;
    if (isNext) last.range = { from: last.range!.from, to: range!.to };
    else changes.push({ kind, asset, range });
  }
  return changes.map(({ kind, asset, range }) => ({
    kind,
    asset,
    from: range && keys(asset, range.from),
    to: range && keys(asset, range.to),
  }));
}

/** The partitions that an event speaks of; null where it is of the asset. */
function rangeOf(event: AssetEvent): OrdinalRange | null {
  if ("partition" in event) return { from: event.partition, to: event.partition };
  return "from" in event ? { from: event.from, to: event.to } : null;
}

/** The keys of an asset's partitions. */
export type Keys = (asset: AssetKey, partition: number) => string | null;

/** The keys of partitions, by the sets that the state itself recorded. */
export async function keysOf(state: State): Promise<Keys> {
  const sets = new Map<AssetKey, PartitionSet>();
  for (const { key, partitions } of await state.assets()) sets.set(key, partitionSet(partitions));
  return (asset, partition) => sets.get(asset)!.key(partition);
}
