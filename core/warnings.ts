import {
  contains,
  fromOrdinals,
  intersect,
  normalize,
  type OrdinalRange,
  type Ranges,
  subtract,
} from "./partition/ranges.ts";
import type { AssetKey, RunId } from "./event.ts";
import { type CheckResult, FILES_INTACT } from "./check.ts";
import { durationText } from "./alerts/told.ts";
import { type Duration, milliseconds } from "./instant.ts";
import { isTimeSet } from "./partition/partition_set.ts";
import { KnownResults } from "./known_results.ts";
import type { Failure, State } from "./ports/state.ts";
import { reportIt } from "./run/external.ts";
import { expiredNeed } from "./run/needs.ts";
import { type Scope, scopeOf } from "./run/scope.ts";
import type { Session } from "./run/session.ts";
import type { StalenessIndex } from "./staleness/index.ts";
import type { Node } from "./staleness/node.ts";
import type { JudgedRange } from "./staleness/judgement.ts";
import { judgements, type StateRange } from "./staleness/states.ts";

/** Something to be told of an asset that is no failure. */
export interface Warning {
  readonly partition?: string | null;
  readonly message: string;
}

/** Warnings of assets, a line for each. */
export function warningLines(warnings: Iterable<readonly [AssetKey, readonly Warning[]]>): string[] {
  return [...warnings].flatMap(([key, warnings]) =>
    warnings.map(({ partition, message }) => `${key}${partition ? ` ${partition}` : ""}: ${message}`)
  );
}

/** At most so many partitions of an asset have their failed checks told one by one. */
const TOLD = 20;
/** At most so many rollbacks are remembered. */
export const ROLLBACKS = 10_000;

/** The failed checks of partitions that stand. */
export interface FailedChecks {
  /** By name; of many partitions those of the newest, and of a check that names subjects the newest alone. */
  readonly warnings: readonly Warning[];
  /** How many partitions stand though a blocking check failed when it was run again. */
  readonly broken: number;
}

/** What status asks for again and again; so many failing partitions of an asset are those of some weeks. */
const known = new WeakMap<StalenessIndex, KnownResults>();
const KNOWN = 500;

function knownResults({ state, index }: Session): KnownResults {
  const results = known.get(index) ?? new KnownResults(state, index, KNOWN);
  known.set(index, results);
  return results;
}

/** The checks that failed in the partitions, ascending. */
export async function failedChecks(
  session: Session,
  node: Node,
  failing: readonly number[],
): Promise<FailedChecks> {
  if (failing.length === 0) return { warnings: [], broken: 0 };
  const found: { readonly partition: number; readonly own: readonly Failed[] }[] = [];
  const bySubject = new Map<string, { partition: number; detail: string; count: number }>();
  let broken = 0;
  const { index } = session;
  for (const { partition, checks } of await knownResults(session).of(node, failing)) {
    const damaged = index.isDamaged(node, partition);
    const failed = checks.filter(({ passed }) => !passed);
    if (damaged || failed.some(({ severity }) => severity === "blocking")) broken++;
    for (const { check, detail = "", subjects } of failed) {
      if (subjects === undefined) continue;
      bySubject.set(check, { partition, detail, count: 1 + (bySubject.get(check)?.count ?? 0) });
    }
    const own = damaged ? [damage(index, node, partition)] : failed.filter(({ subjects }) => !subjects);
    if (own.length > 0) found.push({ partition, own });
  }
  const warnings: Warning[] = [];
  if (found.length > TOLD) {
    warnings.push({ message: `checks failed in ${found.length} partitions; the newest ${TOLD}:` });
  }
  for (const { partition, own } of found.slice(-TOLD)) {
    for (const { check, detail } of own) {
      const message = `check "${check}" failed${detail ? `: ${detail}` : ""}`;
      warnings.push({ partition: node.set.key(partition), message });
    }
  }
  for (const [check, { partition, detail, count }] of bySubject) {
    const often = count === 1 ? "" : ` (as in ${count - 1} more partition${count === 2 ? "" : "s"})`;
    const message = `check "${check}" failed: ${detail}${often}`;
    warnings.push({ partition: node.set.key(partition), message });
  }
  return { warnings, broken };
}

type Failed = Pick<CheckResult, "check" | "detail">;

function damage(index: StalenessIndex, node: Node, partition: number): Failed {
  return {
    check: FILES_INTACT,
    detail: `a published file is gone or has other bytes: ${mending(index, node, partition)}`,
  };
}

function mending(index: StalenessIndex, node: Node, partition: number): string {
  if (node.asset.materialize === null) return reportIt(node);
  const needed = expiredNeed(index, node, partition);
  return needed === undefined ? "the next materialize makes it again" : `to be made again it ${needed}`;
}

/** The failures that speak of partitions in the ranges. */
export function failures(index: StalenessIndex, node: Node, ranges: Ranges): Warning[] {
  return index.failuresWithin(node, ranges).map((failure) =>
    isOverFresh(index, node, ranges, failure) ? overFresh(node, failure) : {
      partition: keysOf(node, failure),
      message: index.failureText(node, failure),
    }
  );
}

/** The failures that lie over partitions in the ranges that are fresh all the same: no plan makes these again. */
export function failuresOverFresh(index: StalenessIndex, node: Node, ranges: Ranges): Warning[] {
  return index.failuresWithin(node, ranges).filter((failure) => isOverFresh(index, node, ranges, failure))
    .map((failure) => overFresh(node, failure));
}

function isOverFresh(index: StalenessIndex, node: Node, ranges: Ranges, failure: Failure): boolean {
  return judgements(index, node, intersect(ranges, [failure])).every(({ state }) => state === "fresh");
}

function overFresh(node: Node, failure: Failure): Warning {
  const message = `${failure.message}; what stands is fresh, and made again only by force`;
  return { partition: keysOf(node, failure), message };
}

/**
 * The partitions that break the asset's freshness promise, from the first on that was ever made.
 *
 * @param limit How long after its window's end a partition may be not fresh. @default what is promised
 */
export function lateIn(
  index: StalenessIndex,
  node: Node,
  states: readonly StateRange[],
  limit: Duration | undefined = node.asset.freshness?.within,
): Ranges {
  const first = node.rows.first();
  if (limit === undefined || first === undefined || !isTimeSet(node.set)) return [];
  const { set } = node;
  // The last window that ended before this instant: the one that holds it did not.
  const before = index.now - milliseconds(limit);
  const holding = set.at(before);
  const last = set.window(holding).start < before ? holding - 1 : holding - 2;
  if (last < first) return [];
  return intersect(normalize(states.filter(({ state }) => state !== "fresh")), [{ from: first, to: last }]);
}

/**
 * The late partitions that are kept up: what was made and is not fresh, wherever it is, and what is missing of the recent.
 *
 * @param recent The partitions of the days that are looked back on.
 */
export function lateOf(
  index: StalenessIndex,
  node: Node,
  judged: readonly JudgedRange[],
  recent: Ranges,
): Ranges {
  const missing = normalize(judged.filter(({ state }) => state === "missing"));
  return subtract(lateIn(index, node, judged), subtract(missing, recent));
}

/** The partitions of the days that are looked back on. */
export function recentOf(index: StalenessIndex, lookbackDays: number): Scope {
  return scopeOf(index, { assets: new Set(index.nodes.map(({ key }) => key)), lookbackDays });
}

export function lateness(node: Node, late: Ranges): Warning[] {
  if (late.length === 0) return [];
  const message = `late: not fresh ${durationText(node.asset.freshness!.within)} after the partition's end`;
  return late.map((range) => ({ partition: keysOf(node, range), message }));
}

/** The newest rollback of each partition that was ever rolled back: its run, by asset and key. */
export type Rollbacks = ReadonlyMap<string | null, RunId>;

export async function rolledBack(state: State): Promise<ReadonlyMap<AssetKey, Rollbacks>> {
  const found = new Map<AssetKey, Map<string | null, RunId>>();
  for (const { id, request } of await state.runs(ROLLBACKS, { command: "rollback" })) {
    for (const { asset, from: partition } of request.ranges) {
      const ofAsset = found.get(asset) ?? new Map<string | null, RunId>();
      if (!ofAsset.has(partition)) ofAsset.set(partition, id);
      found.set(asset, ofAsset);
    }
  }
  return found;
}

/** The partitions that stand as a rollback put them back. */
export async function rollbacks(
  { state }: Session,
  node: Node,
  ranges: Ranges,
  runs: Rollbacks,
): Promise<Warning[]> {
  const undone = new Map<number, RunId>();
  for (const [partition, run] of runs) {
    const ordinal = partition === null ? 0 : node.set.ordinal(partition);
    if (ordinal !== undefined && contains(ranges, ordinal)) undone.set(ordinal, run);
  }
  if (undone.size === 0) return [];
  const warnings: Warning[] = [];
  const latest = await state.materializations(node.key, fromOrdinals([...undone.keys()]));
  for (const { partition, event: { run, dataVersion } } of latest) {
    if (run !== undone.get(partition)) continue;
    warnings.push({
      partition: node.set.key(partition),
      message: `rolled back to version ${dataVersion} by run ${run}, until what it reads or the code changes`,
    });
  }
  return warnings.sort((a, b) => ((a.partition ?? "") < (b.partition ?? "") ? -1 : 1));
}

function keysOf(node: Node, { from, to }: OrdinalRange): string | null {
  return from === to ? node.set.key(from) : `${node.set.key(from)}/${node.set.key(to)}`;
}
