import type { AssetKey } from "./event.ts";
import { type Instant, milliseconds } from "./instant.ts";
import { count, normalize, type Range, type Ranges } from "./partition/ranges.ts";
import { makeable } from "./run/makeable.ts";
import { RequestError, requireBounds } from "./run/scope.ts";
import type { Session } from "./run/session.ts";
import type { StalenessIndex } from "./staleness/index.ts";
import { allExisting, existing, type Node } from "./staleness/node.ts";
import { judgements, Overlay, type PartitionState, type StateRange } from "./staleness/states.ts";

export interface Warning {
  readonly partition?: string | null;
  readonly message: string;
}

/** How the partitions of an asset stand. */
export interface AssetStatus {
  readonly node: Node;
  readonly key: AssetKey;
  /** fresh + stale + missing = total; the others lie over these. */
  readonly partitions: Readonly<Record<"total" | PartitionState, number>>;
  readonly ranges: readonly StateRange[];
  readonly lastMaterialized: Instant | null;
  readonly checks: { readonly passed: number; readonly failed: number };
  readonly warnings: readonly Warning[];
}

/** At most so many partitions of an asset have their failed checks told one by one. */
const TOLD = 20;

/** The status of the assets, over their whole sets or within bounds. @throws {RequestError} If a bound is not one. */
export async function statusOf(
  session: Session,
  assets: ReadonlySet<AssetKey>,
  from: string | undefined,
  to: string | undefined,
): Promise<AssetStatus[]> {
  const { index } = session;
  const nodes = index.nodes.filter((node) => assets.has(node.key));
  requireBounds(nodes, { from, to });
  const running = new Map<AssetKey, Ranges>();
  for (const claim of await session.state.claims()) {
    running.set(claim.asset, normalize([...running.get(claim.asset) ?? [], claim]));
  }
  const overlay = new Overlay(index, running);
  return await Promise.all(
    nodes.map((node) => assetStatus(session, overlay, node, within(index, node, from, to))),
  );
}

function within(index: StalenessIndex, node: Node, from: string | undefined, to: string | undefined): Ranges {
  if (from === undefined && to === undefined) return makeable(index, node, allExisting(node, index.now));
  try {
    const range = node.set.between(from, to, index.now);
    return range === null ? [] : makeable(index, node, existing(node.set, [range], index.now));
  } catch (cause) {
    throw new RequestError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function assetStatus(
  session: Session,
  overlay: Overlay,
  node: Node,
  ranges: Ranges,
): Promise<AssetStatus> {
  const { index } = session;
  const partitions = {
    total: count(ranges),
    fresh: 0,
    stale: 0,
    missing: 0,
    failed: 0,
    running: 0,
    blocked: 0,
  };
  for (const run of judgements(index, node, ranges)) partitions[run.state] += count([run]);
  const states = overlay.states(node, ranges);
  for (const run of states) {
    if (run.state === "failed" || run.state === "running" || run.state === "blocked") {
      partitions[run.state] += count([run]);
    }
  }
  let lastMaterialized: Instant | null = null;
  const checks = { passed: 0, failed: 0 };
  const failing: Range[] = [];
  for (const { from, to } of ranges) {
    node.rows.each(from, to, (chunk, i, ordinal) => {
      if (!chunk.stands(i)) return;
      lastMaterialized = Math.max(lastMaterialized ?? -Infinity, chunk.at[i]!);
      checks.passed += chunk.checksPassed[i]!;
      checks.failed += chunk.checksFailed[i]!;
      if (chunk.checksFailed[i]! > 0) failing.push({ from: ordinal, to: ordinal });
    });
  }
  const warnings = [
    ...await failedChecks(session, node, failing),
    ...failures(index, node, ranges),
    ...lateness(index, node, states),
  ];
  return { node, key: node.key, partitions, ranges: states, lastMaterialized, checks, warnings };
}

async function failedChecks(
  { state, index }: Session,
  node: Node,
  failing: readonly Range[],
): Promise<Warning[]> {
  if (failing.length === 0) return [];
  const told = normalize(failing.slice(-TOLD));
  const warnings: Warning[] = [];
  if (failing.length > TOLD) {
    warnings.push({ message: `checks failed in ${failing.length} partitions; the newest ${TOLD}:` });
  }
  for (const { partition, event } of await state.standing(node.key, told)) {
    if (index.isDamaged(node, partition)) {
      const message = "a published file is gone or has other bytes: the next materialize makes it again";
      warnings.push({ partition: node.set.key(partition), message });
      continue;
    }
    const failed = event.checks.filter(({ passed }) => !passed);
    // What `check` found later is counted, and not among what the materialization carried.
    const messages = failed.length === 0
      ? ["a check failed when it was run again"]
      : failed.map(({ check, detail }) => `check "${check}" failed${detail ? `: ${detail}` : ""}`);
    warnings.push(...messages.map((message) => ({ partition: node.set.key(partition), message })));
  }
  return warnings;
}

function failures(index: StalenessIndex, node: Node, ranges: Ranges): Warning[] {
  return index.failuresWithin(node, ranges).map(({ from, to, message }) => {
    const partition = from === to ? node.set.key(from) : `${node.set.key(from)}/${node.set.key(to)}`;
    return { partition, message };
  });
}

/** The partitions that break the asset's freshness promise, from the first on that was ever made. */
function lateness(index: StalenessIndex, node: Node, states: readonly StateRange[]): Warning[] {
  const { freshness } = node.asset;
  if (freshness === null) return [];
  const within = milliseconds(freshness.within);
  const first = node.rows.first();
  const late: Range[] = [];
  for (const { from, to, state } of states) {
    if (state === "fresh") continue;
    for (let ordinal = Math.max(from, first ?? Infinity); ordinal <= to; ordinal++) {
      const window = node.set.window(ordinal);
      if (window !== null && window.end + within < index.now) late.push({ from: ordinal, to: ordinal });
    }
  }
  return normalize(late).map(({ from, to }) => {
    const keys = from === to ? `${node.set.key(from)}` : `${node.set.key(from)}/${node.set.key(to)}`;
    return { partition: keys, message: `late: not fresh ${within / 3_600_000} h after the partition's end` };
  });
}
