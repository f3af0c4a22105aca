import type { Instant } from "../instant.ts";
import type { Judgement, Summary, Totals, Validity } from "./judgement.ts";
import type { Node } from "./node.ts";
import { type Chunk, NONE } from "./rows.ts";

/** Who knows how rows are judged now. */
interface Judging {
  readonly now: Instant;
  readonly clock: Instant;
  judgeRow(node: Node, chunk: Chunk, i: number, partition: number): Judgement;
}

export function noTotals(): Totals {
  return { lastMaterialized: null, checks: { passed: 0, failed: 0 }, failing: [] };
}

/** Adds a row that stands. */
export function addRow(totals: Totals, chunk: Chunk, i: number): void {
  totals.lastMaterialized = Math.max(totals.lastMaterialized ?? -Infinity, chunk.at[i]!);
  totals.checks.passed += chunk.checksPassed[i]!;
  totals.checks.failed += chunk.checksFailed[i]!;
  if (chunk.checksFailed[i]! > 0) totals.failing.push(chunk.first + i);
}

/** Adds what other rows come to, which are behind all before. */
export function addTotals(totals: Totals, { lastMaterialized, checks, failing }: Totals): void {
  if (lastMaterialized === null) return;
  totals.lastMaterialized = Math.max(totals.lastMaterialized ?? -Infinity, lastMaterialized);
  totals.checks.passed += checks.passed;
  totals.checks.failed += checks.failed;
  for (const ordinal of failing) totals.failing.push(ordinal);
}

/** How the rows of a chunk stand. */
export function summaryOf(index: Judging, node: Node, chunk: Chunk): Summary {
  return isSummarized(index, node, chunk) ? chunk.summary! : chunk.summary = summarize(index, node, chunk);
}

/** Whether it is known how the rows of a chunk stand. */
export function isSummarized(index: Judging, node: Node, { summary }: Chunk): boolean {
  return summary !== undefined && holds(index, node, summary);
}

/** Whether what was said of rows of a node that did not change holds now. */
export function holds(
  { now, clock }: Pick<Judging, "now" | "clock">,
  { asset }: Node,
  known: Validity,
): boolean {
  return asset.due === null ||
    known.now <= now && now < known.until && known.clock <= clock && clock < known.clockUntil;
}

function summarize(index: Judging, node: Node, chunk: Chunk): Summary {
  const { now, clock } = index;
  const { due } = node.asset;
  const judged: { from: number; to: number; state: Judgement }[] = [];
  const totals = noTotals();
  let [until, clockUntil] = [Infinity, Infinity];
  for (let i = 0, ordinal = chunk.first; i < chunk.status.length; i++, ordinal++) {
    if (chunk.status[i] === NONE) continue;
    const state = index.judgeRow(node, chunk, i, ordinal);
    const last = judged.at(-1);
    if (last !== undefined && last.state === state && last.to === ordinal - 1) last.to = ordinal;
    else judged.push({ from: ordinal, to: ordinal, state });
    if (!chunk.stands(i)) continue;
    addRow(totals, chunk, i);
    if (due === null) continue;
    const at = due(node.set.window(ordinal), chunk.at[i]!);
    if (at > now) until = Math.min(until, at);
    if (chunk.at[i]! > clock) clockUntil = Math.min(clockUntil, chunk.at[i]!);
  }
  return { judged, totals, now, until, clock, clockUntil };
}
