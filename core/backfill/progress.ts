import { lackText, leadingDaemons } from "../daemon/leading_daemon.ts";
import type { AssetKey } from "../event.ts";
import { awaitedBy, type Outages, outagesIn, waitOf, type WaitsFor } from "../outages.ts";
import { count, intersect, normalize, type OrdinalRange } from "../partition/ranges.ts";
import type {
  AssetRange,
  BackfillBatch,
  BackfillId,
  BackfillRecord,
  BackfillStatus,
} from "../ports/state.ts";
import { isOpen } from "../run/recover.ts";
import { scopeOfKnown } from "../run/request.ts";
import type { Scope } from "../run/scope.ts";
import type { Session } from "../run/session.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";
import { doneIn } from "./wanted.ts";

/** The progress of a backfill. */
export interface BackfillProgress {
  readonly id: number;
  readonly status: BackfillStatus;
  readonly selection: readonly string[];
  readonly from: string;
  readonly to: string;
  /** How many partitions it is to make. */
  readonly total: number;
  /** How many of them stand as wanted: they are fresh, or were made since it began, by whomever. */
  readonly done: number;
  /** How many do not although their run has ended. */
  readonly failed: number;
  /**
   * By the runs so far, or else the source's pace, while it is running; null where neither tells, or it is not known how
   * long it waits.
   */
  readonly remainingSeconds: number | null;
  /** The service that its batches wait for, as it is down; absent where they wait for none. */
  readonly waits?: WaitsFor;
  /** Why it does not go on, in a line, where no daemon at work has the code of all that it is to make. */
  readonly waitsForCode?: string;
}

/** How far every backfill is, the newest first; the index must be up to date. */
export async function progressOf(session: Session): Promise<BackfillProgress[]> {
  const found: BackfillProgress[] = [];
  const around = await aroundOf(session);
  for (const backfill of await session.state.backfills.list()) {
    const stand = await standOf(session, backfill);
    found.push(await progressIn(session, backfill, stand, around(backfill.id)));
  }
  return found;
}

/** A backfill in full. */
export interface BackfillDetail {
  readonly progress: BackfillProgress;
  readonly record: BackfillRecord;
  /** In their order. */
  readonly batches: readonly BatchProgress[];
}

/** One batch of a backfill, and how far it is. */
export interface BatchProgress extends BackfillBatch {
  readonly ranges: readonly AssetRange[];
  readonly total: number;
  /** How many of them stand as wanted. */
  readonly done: number;
}

/** A backfill with its batches; undefined where there is none. The index must be up to date. */
export async function detailOf(session: Session, id: BackfillId): Promise<BackfillDetail | undefined> {
  const record = await session.state.backfills.get(id);
  if (record === undefined) return undefined;
  const stand = await standOf(session, record);
  const around = await aroundOf(session);
  const progress = await progressIn(session, record, stand, around(id));
  return { progress, record, batches: stand.batches };
}

/** What holds a backfill up: a service that is down, code that the daemon at work has not. */
interface Around {
  waits(batches: readonly BackfillBatch[]): Promise<WaitsFor | undefined>;
  waitsForCode(assets: ReadonlySet<AssetKey>): string | undefined;
}

/** What holds backfills up, looked at once for all of them. */
async function aroundOf(session: Session): Promise<(id: BackfillId) => Around> {
  const { state, clock } = session;
  const outages = await outagesIn(state.keyValue, clock.now());
  const leading = await leadingDaemons(state);
  const registered = leading.length === 0 ? [] : await state.assets();
  return (id) => ({
    waits: (batches) => waitsFor(session, id, batches, outages),
    waitsForCode: (assets) => lackText(leading, registered, assets),
  });
}

async function progressIn(
  session: Session,
  backfill: BackfillRecord,
  { total, done, failed, batches, assets }: Stand,
  around: Around,
): Promise<BackfillProgress> {
  const { id, request: { selection, from, to } } = backfill;
  const status = statusOf(backfill, { total, done, batches });
  const isRunning = status === "running";
  const waits = isRunning ? await around.waits(batches) : undefined;
  const waitsForCode = isRunning ? around.waitsForCode(assets) : undefined;
  const isHeld = waits !== undefined || waitsForCode !== undefined || status === "paused";
  return {
    id,
    status,
    selection,
    from,
    to,
    total,
    done,
    failed,
    remainingSeconds: isHeld
      ? null
      : remaining(session, { ...backfill, status }, { total, done, failed, batches }),
    ...(waits && { waits }),
    ...(waitsForCode !== undefined && { waitsForCode }),
  };
}

/** The service that the next of its batches wait for; those at work may yet go on. */
async function waitsFor(
  { state, index }: Session,
  id: number,
  batches: readonly BackfillBatch[],
  outages: Outages,
): Promise<WaitsFor | undefined> {
  if (outages.size === 0) return undefined;
  const next = batches.find(({ run }) => run === null || isOpen(run));
  if (next === undefined || next.run?.status === "running") return undefined;
  const ranges = await state.backfills.ranges(id, next.batch);
  const awaited = awaitedBy(outages, (asset) => index.find(asset)?.asset.pool, {
    command: "materialize",
    ranges,
  });
  return awaited && waitOf(awaited);
}

/** How it stands, whether or not anybody has noted that its last run ended, or that a retry made what had failed. */
function statusOf(
  { status }: BackfillRecord,
  { total, done, batches }: Pick<Stand, "total" | "done" | "batches">,
): BackfillStatus {
  const isOver = status === "failed" || (status === "running" || status === "paused") &&
      batches.every(({ run }) => run !== null && !isOpen(run));
  return isOver ? done === total ? "succeeded" : "failed" : status;
}

interface Stand extends Pick<BackfillProgress, "total" | "done" | "failed"> {
  readonly batches: readonly BatchProgress[];
  /** The assets of batches that have not ended. */
  readonly assets: ReadonlySet<AssetKey>;
}

/** The partitions of a backfill's batches, which never change, and all of them together. */
interface Covered {
  readonly batches: readonly { readonly ranges: readonly AssetRange[]; readonly scope: Scope }[];
  readonly whole: Scope;
}

/** Of each index the backfills that were requested last, with so many batches at most. */
const known = new WeakMap<StalenessIndex, Map<BackfillId, Covered>>();
const MOST_BATCHES = 20_000;

/** The partitions of a backfill, which never change: read once for an index. */
export async function coveredBy({ state, index }: Session, id: BackfillId): Promise<Covered> {
  const kept = known.get(index) ?? new Map<BackfillId, Covered>();
  known.set(index, kept);
  const found = kept.get(id);
  if (found !== undefined) return found;
  const batches = (await state.backfills.allRanges(id))
    .map((ranges) => ({ ranges, scope: scopeOfKnown(index, { ranges }) }));
  const whole = new Map<Node, OrdinalRange[]>();
  for (const { scope } of batches) {
    for (const [node, ranges] of scope) whole.set(node, [...whole.get(node) ?? [], ...ranges]);
  }
  const covered = {
    batches,
    whole: new Map([...whole].map(([node, ranges]) => [node, normalize(ranges)])),
  };
  const size = kept.values().reduce((sum, each) => sum + each.batches.length, batches.length);
  if (size > MOST_BATCHES) kept.clear();
  kept.set(id, covered);
  return covered;
}

/** How many of a backfill's partitions stand as wanted, from the index. */
export async function standOf(
  session: Session,
  { id, status, request: { seq, total } }: BackfillRecord,
): Promise<Stand> {
  const { state, index } = session;
  let failed = 0;
  const batches = [];
  const assets = new Set<AssetKey>();
  const covered = await coveredBy(session, id);
  const doneAll = doneIn(index, covered.whole, seq);
  for (const [place, batch] of (await state.backfills.batches(id)).entries()) {
    const { ranges, scope } = covered.batches[place]!;
    let [all, done] = [0, 0];
    for (const [node, each] of scope) {
      all += count(each);
      done += count(intersect(each, doneAll.get(node)!));
    }
    // What is cancelled with its backfill was given up, and did not fail.
    const isGivenUp = status === "cancelled" && batch.run?.status === "cancelled";
    if (batch.run !== null && !isOpen(batch.run) && !isGivenUp) failed += all - done;
    if (batch.run === null || isOpen(batch.run)) { for (const { asset } of ranges) assets.add(asset); }
    batches.push({ ...batch, ranges, total: all, done });
  }
  return { total, done: batches.reduce((sum, { done }) => sum + done, 0), failed, batches, assets };
}

/** In whole seconds, rounded up. */
function remaining(
  { clock }: Session,
  { status, request: { leastSeconds } }: BackfillRecord,
  { total, done, failed, batches }: Omit<Stand, "assets">,
): number | null {
  const left = Math.max(0, total - done - failed);
  if (left === 0 || status !== "running") return 0;
  let [made, took] = [0, 0];
  for (const { run, done } of batches) {
    if (run === null || run.status === "queued") continue;
    made += done;
    took += (run.ended ?? clock.now()) - run.started;
  }
  if (made > 0 && took > 0) return Math.ceil(took / made * left / 1_000);
  // A source without a pace tells nothing of how long its answers take.
  return leastSeconds === null || leastSeconds === 0 ? null : Math.ceil(leastSeconds * left / total);
}
