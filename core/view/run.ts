import type { Act, KeptAct } from "../ports/acts.ts";
import type { PlannedBackfill } from "../backfill/begin.ts";
import type { BackfillProgress } from "../backfill/progress.ts";
import type { BackfillId } from "../ports/backfills.ts";
import type { AssetKey, RunId } from "../event.ts";
import { iso } from "../instant.ts";
import type { Holding } from "../ports/claims.ts";
import type { WaitsFor } from "../outages.ts";
import type { Json } from "../ports/key_value.ts";
import type { LogEntry, RunRecord, RunRequest, RunStatus, StepRecord } from "../ports/runs.ts";
import type { State } from "../ports/state.ts";
import { type Keys, keysOf } from "./event.ts";

/** A run; what it does not have yet is null. */
export interface RunJson {
  readonly id: RunId;
  readonly status: RunStatus;
  readonly request: Omit<RunRequest, "priority" | "parent" | "asOf">;
  readonly priority: number;
  readonly parent: RunId | null;
  readonly started: string | null;
  readonly ended: string | null;
  /** How many partitions were materialized, unchanged, failed and blocked, or what else its command counts. */
  readonly counts: Readonly<Record<string, Json>> | null;
  /** What keeps it: a service that is down, the code, a paused backfill, another run or a pool's slot; since when, and why. */
  readonly waits?: WaitsJson;
}

/** Something that a run waits for. */
export interface WaitsJson extends Omit<WaitsFor, "since"> {
  readonly since: string;
}

/** Something that a run waits for, and since when. */
export function waitsJson({ for: awaited, since, message }: WaitsFor): WaitsJson {
  return { for: awaited, since: iso(since), message };
}

/** A run in short, as `runs --json` has it. */
export function runJson(
  { id, status, started, ended, request, summary }: RunRecord,
  waits?: WaitsFor,
): RunJson {
  const { priority = 0, parent = null, asOf: _asOf, ...rest } = request;
  return {
    id,
    status,
    request: rest,
    priority,
    parent,
    started: status === "queued" ? null : iso(started),
    ended: ended === null ? null : iso(ended),
    counts: countsOf(summary),
    ...(waits && { waits: waitsJson(waits) }),
  };
}

/** The errors in a run's record. */
export function errorsOf({ summary }: RunRecord): Json {
  return partOf(summary, "errors") ?? [];
}

/** Failures of assets as a whole in a run's record: no step and no event tells of them. */
export function wholeFailures(run: RunRecord): { readonly asset: AssetKey; readonly message: string }[] {
  const errors = errorsOf(run);
  if (!Array.isArray(errors)) return [];
  return errors.filter(isObject).flatMap(({ asset, partition, message }) =>
    typeof asset === "string" && typeof message === "string" && partition === null ? [{ asset, message }] : []
  );
}

/** The partitions that a run held back, by its record, each with what it needed or the check that it failed. */
export function blockedBy(
  { summary }: RunRecord,
): { readonly asset: AssetKey; readonly partition: string | null; readonly message: string }[] {
  const blocked = partOf(summary, "blocked");
  if (!Array.isArray(blocked)) return [];
  return blocked.filter(isObject).flatMap(({ asset, partition = null, message }) =>
    typeof asset === "string" && typeof message === "string" &&
      (partition === null || typeof partition === "string")
      ? [{ asset, partition, message }]
      : []
  );
}

function countsOf(summary: Json): RunJson["counts"] {
  const counts = partOf(summary, "counts");
  return isObject(counts) ? counts : null;
}

function partOf(summary: Json, name: string): Json | undefined {
  return isObject(summary) ? summary[name] : undefined;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One step of a run. */
export interface StepJson {
  readonly step: number;
  readonly asset: AssetKey;
  readonly from: string | null;
  readonly to: string | null;
  readonly started: string;
  readonly ended: string | null;
  readonly outcome: StepRecord["outcome"];
  readonly materialized: number;
  readonly failed: number;
}

/** A step of a run, as `runs show --json` has it. */
export function stepJson(
  { step, asset, from, to, started, ended, outcome, materialized, failed }: StepRecord,
  keys: Keys,
): StepJson {
  return {
    step,
    asset,
    from: keys(asset, from),
    to: keys(asset, to),
    started: iso(started),
    ended: ended === null ? null : iso(ended),
    outcome,
    materialized,
    failed,
  };
}

/** A line of a step's log. */
export interface LogJson extends Omit<LogEntry, "at"> {
  readonly at: string;
}

/** A line of a step's log, as `runs logs --json` has it. */
export function logJson({ step, at, level, message, fields }: LogEntry): LogJson {
  return { step, at: iso(at), level, message, fields };
}

/** A range of partitions that a run holds, and the process that works on it. */
export interface ClaimJson {
  readonly asset: AssetKey;
  readonly from: string | null;
  readonly to: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  /** Whether that process lives. */
  readonly alive: boolean;
}

/** The partitions that a run holds of an asset, a range each. */
export function claimsJson({ asset, ranges, alive, place }: Holding, keys: Keys): ClaimJson[] {
  return ranges.map(({ from, to }) => ({
    asset,
    from: keys(asset, from),
    to: keys(asset, to),
    host: place?.host ?? null,
    pid: place?.pid ?? null,
    alive,
  }));
}

/** The newest runs, and older ones that hold something; those that do, with what they hold. */
export async function runsJson(
  state: State,
  newest: readonly RunRecord[],
  { holdings, waiting = new Map() }: {
    readonly holdings: readonly Holding[];
    readonly waiting?: ReadonlyMap<RunId, WaitsFor>;
  },
): Promise<(RunJson & { readonly claims?: readonly ClaimJson[] })[]> {
  const listed = [...newest];
  for (const id of new Set(holdings.map(({ run }) => run))) {
    if (newest.some((run) => run.id === id)) continue;
    const older = await state.run(id);
    if (older !== undefined) listed.push(older.run);
  }
  const keys = await keysOf(state);
  const held = Map.groupBy(holdings, ({ run }) => run);
  return listed.sort((a, b) => b.id - a.id).map((run) => ({
    ...runJson(run, waiting.get(run.id)),
    ...(held.has(run.id) && { claims: held.get(run.id)!.flatMap((holding) => claimsJson(holding, keys)) }),
  }));
}

/** How far a backfill is, as `backfills --json` has it. */
export function backfillJson({ waits, ...each }: BackfillProgress) {
  return { ...each, selection: each.selection.join(" "), ...(waits && { waits: waitsJson(waits) }) };
}

/** A backfill that was begun, or, without a number, would be: as `backfill --json` has it. */
export function plannedBackfillJson(
  id: BackfillId | null,
  { partitions, requests, leastSeconds }: PlannedBackfill,
) {
  return { id, partitions, requests, leastSeconds };
}

/** What somebody asked for over the web, as JSON. */
export interface ActJson extends Omit<Act, "at"> {
  /** A later one has a greater number: `before` of the next page is the last one's. */
  readonly number: number;
  readonly at: string;
}

/** An act as pages and programs are told of it. */
export function actJson({ at, ...act }: KeptAct): ActJson {
  return { ...act, at: iso(at) };
}
