import { counted, type PartitionCounts } from "./counts.ts";
import type { AssetKey } from "./event.ts";
import type { Instant } from "./instant.ts";
import { type PartitionRange, partitionRanges } from "./partition/range_text.ts";
import type { Ranges } from "./partition/ranges.ts";
import { type RunSelection, scopeOf } from "./run/scope.ts";
import { runningIn, type Session } from "./run/session.ts";
import type { Node } from "./staleness/node.ts";
import { lastMaterialized, Overlay, type PartitionState, type StateRange } from "./staleness/states.ts";
import {
  failedChecks,
  failures,
  lateness,
  lateOf,
  recentOf,
  type Rollbacks,
  rollbacks,
  rolledBack,
  type Warning,
} from "./warnings.ts";

export type { Warning } from "./warnings.ts";

/** Neighbouring partitions in the same state. */
export interface StatusRange extends PartitionRange {
  readonly state: PartitionState;
}

/** The status of an asset's partitions. */
export interface AssetStatus {
  readonly key: AssetKey;
  /** fresh + stale + missing = total; the others lie over these. */
  readonly partitions: PartitionCounts;
  readonly ranges: readonly StatusRange[];
  /** Those that break the asset's freshness promise; what is missing does so within the days that are looked back on. */
  readonly late: readonly PartitionRange[];
  /** How many stand though a blocking check failed when it was run again. */
  readonly broken: number;
  /** Of the selected partitions; of all where neither keys nor bounds select them. */
  readonly lastMaterialized: Instant | null;
  readonly checks: { readonly passed: number; readonly failed: number };
  readonly warnings: readonly Warning[];
}

/**
 * The status of the selected partitions, for every selected asset.
 *
 * @throws {RequestError} If a bound or a key is not one.
 */
export async function statusOf(session: Session, selection: RunSelection): Promise<AssetStatus[]> {
  const { index } = session;
  const nodes = index.nodes.filter((node) => selection.assets.has(node.key));
  const overlay = new Overlay(index, await runningIn(session.state));
  const scope = scopeOf(index, selection);
  const recent = recentOf(index, selection.lookbackDays);
  const undone = await rolledBack(session.state);
  const isBounded = selection.from !== undefined || selection.to !== undefined ||
    (selection.partitions?.length ?? 0) > 0;
  return await Promise.all(
    nodes.map((node) =>
      assetStatus(session, overlay, node, {
        ranges: scope.get(node) ?? [],
        recent: recent.get(node) ?? [],
        isBounded,
        undone: undone.get(node.key) ?? new Map(),
      })
    ),
  );
}

/** How the selected partitions of one asset stand, and nothing of why. @throws {RequestError} As `statusOf`. */
export async function statesOf(
  session: Session,
  asset: AssetKey,
  selection: Omit<RunSelection, "assets">,
): Promise<readonly StatusRange[]> {
  const { index } = session;
  const node = index.node(asset);
  const scope = scopeOf(index, { ...selection, assets: new Set([asset]) });
  const overlay = new Overlay(index, await runningIn(session.state));
  return named(node, counted(index, overlay, node, scope.get(node) ?? []).states);
}

async function assetStatus(
  session: Session,
  overlay: Overlay,
  node: Node,
  { ranges, recent, isBounded, undone }: {
    readonly ranges: Ranges;
    readonly recent: Ranges;
    /** Whether keys or bounds select the ranges. */
    readonly isBounded: boolean;
    readonly undone: Rollbacks;
  },
): Promise<AssetStatus> {
  const { index } = session;
  const { partitions, judged, states, checks, failing, ...made } = counted(
    index,
    overlay,
    node,
    ranges,
  );
  const late = lateOf(index, node, judged, recent);
  const failed = await failedChecks(session, node, failing);
  const warnings = [
    ...failed.warnings,
    ...failures(index, node, ranges),
    ...lateness(node, late),
    ...await rollbacks(session, node, ranges, undone),
  ];
  return {
    key: node.key,
    partitions,
    ranges: named(node, states),
    late: partitionRanges(node.set, late),
    broken: failed.broken,
    lastMaterialized: isBounded ? made.lastMaterialized : lastMaterialized(index, node),
    checks,
    warnings,
  };
}

/** The ranges of the last answers, which stay the same ones where nothing changed. */
const names = new WeakMap<readonly StateRange[], readonly StatusRange[]>();

function named({ set }: Node, states: readonly StateRange[]): readonly StatusRange[] {
  const known = names.get(states);
  if (known !== undefined) return known;
  const ranges = partitionRanges(set, states).map((range, place) => ({
    ...range,
    state: states[place]!.state,
  }));
  names.set(states, ranges);
  return ranges;
}
