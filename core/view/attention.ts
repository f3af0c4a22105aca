import { counted } from "../counts.ts";
import type { AssetKey } from "../event.ts";
import type { Orchestrator } from "../orchestrator.ts";
import { byKey } from "../plan.ts";
import { isTimeSet } from "../partition/partition_set.ts";
import { type PartitionRange, partitionRange } from "../partition/range_text.ts";
import { count, intersect, type OrdinalRange, type Ranges } from "../partition/ranges.ts";
import { runningIn, type Session } from "../run/session.ts";
import { causesOf } from "../staleness/causes.ts";
import { allExisting, type Node } from "../staleness/node.ts";
import { Overlay, type StateRange } from "../staleness/states.ts";
import { lateOf, recentOf } from "../warnings.ts";
import { type CauseJson, causeJson } from "./plan.ts";

/** Neighbouring partitions that somebody should look at. */
export interface Concern extends PartitionRange {
  readonly asset: AssetKey;
  readonly state: "failed" | "blocked" | "damaged" | "stale" | "late";
  /** Why the newest of them is stale. */
  readonly causes: readonly CauseJson[];
  /** Why the newest of them failed. */
  readonly message: string | undefined;
}

/** What somebody should look at. */
export interface Attention {
  /** The newest first, so many of an asset and a state at most. */
  readonly concerns: readonly Concern[];
  /** How many partitions there are of each state; those that are damaged or late are counted as that alone. */
  readonly totals: Readonly<Record<Concern["state"], number>>;
}

/** So many ranges of an asset and a state are told. */
const TOLD = 3;

/** A concern with the place of its newest partition in time. */
type Placed = readonly [at: number, concern: Concern];

/**
 * Finds what somebody should look at: what failed, is damaged or stale, wherever it is, and what is late of the days that
 * are made by themselves. What is being made is left alone.
 */
export async function attentionOf(orchestrator: Orchestrator, lookbackDays: number): Promise<Attention> {
  await orchestrator.refresh();
  const { session } = orchestrator;
  const { index, state } = session;
  const overlay = new Overlay(index, await runningIn(state));
  const recent = recentOf(index, lookbackDays);
  const totals = { failed: 0, blocked: 0, damaged: 0, stale: 0, late: 0 };
  const placed: Placed[] = [];
  for (const node of index.nodes) {
    const { judged, states } = counted(index, overlay, node, allExisting(node, index.now));
    const late = lateOf(index, node, judged, recent.get(node) ?? []);
    for (const [state, ranges] of concernsIn(session, node, states, late)) {
      totals[state] += count(ranges);
      for (const range of ranges.slice(-TOLD)) placed.push(concernOf(session, node, state, range));
    }
  }
  placed.sort(([a], [b]) => b - a);
  return { concerns: placed.map(([, concern]) => concern), totals };
}

function concernsIn(
  { index }: Session,
  node: Node,
  states: readonly StateRange[],
  late: Ranges,
): readonly (readonly [Concern["state"], Ranges])[] {
  const of = (state: StateRange["state"]) => states.filter((range) => range.state === state);
  const damaged: { from: number; to: number }[] = [];
  const stale: { from: number; to: number }[] = [];
  for (const { from, to } of of("stale")) {
    node.rows.each(from, to, (_, __, ordinal) => {
      const into = index.isDamaged(node, ordinal) ? damaged : stale;
      const last = into.at(-1);
      if (last?.to === ordinal - 1) last.to = ordinal;
      else into.push({ from: ordinal, to: ordinal });
    });
  }
  return [
    ["failed", of("failed")],
    ["blocked", of("blocked")],
    ["damaged", damaged],
    ["stale", stale],
    // What is stale or failed is told as that.
    ["late", intersect(late, of("missing"))],
  ];
}

function concernOf({ index }: Session, node: Node, state: Concern["state"], range: OrdinalRange): Placed {
  const { key, set } = node;
  const newest = { from: range.to, to: range.to };
  const isMade = state === "stale" || state === "damaged";
  const failure = state === "failed" || state === "blocked" ? index.failure(node, range.to) : undefined;
  return [isTimeSet(set) ? set.window(range.to).end : Infinity, {
    asset: key,
    ...partitionRange(set, range),
    state,
    causes: isMade ? causesOf(index, node, newest).flatMap((cause) => causeJson(byKey(index, cause))) : [],
    message: failure && index.failureText(node, failure),
  }];
}
