import {
  type AssetKey,
  DAY,
  type Instant,
  type RunId,
  type RunRequest,
  type RunStatus,
  type Seq,
  type TakenRun,
} from "../../../core/mod.ts";
import { GIVEN_UP, MOST_DEATHS } from "../ended.ts";
import { IS_PAUSED } from "./paused.ts";
import type { Database } from "./database.ts";
import type { Workers } from "./workers.ts";

/** In the order of the numbers that stand for them: append only. */
export const STATUSES: readonly RunStatus[] = [
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "interrupted",
  "queued",
];

/** The number that stands for a status. */
export function statusNumber(status: RunStatus): number {
  return STATUSES.indexOf(status);
}

const QUEUED = statusNumber("queued"), RUNNING = statusNumber("running");
const FAILED = statusNumber("failed"), CANCELLED = statusNumber("cancelled");
/** Holds of a row of `runs` that materializes any of the assets in the fifth parameter. */
const MATERIALIZES_ANY = `(json_extract(request, '$.command') = 'materialize' AND EXISTS (
  SELECT 1 FROM json_each(request, '$.ranges')
  WHERE json_extract(value, '$.asset') IN (SELECT value FROM json_each(?5))
))`;

/** Notes which assets a run covers, by which runs are found. */
export function cover(db: Database, run: RunId, { ranges }: RunRequest): void {
  for (const asset of new Set(ranges.map(({ asset }) => asset))) {
    db.run("INSERT INTO run_assets (asset, run) VALUES (?, ?)", asset, run);
  }
}

/** Holds of a row of `runs` that covers partitions of an asset which is none of `?6`. */
const IS_OF_OTHERS = `EXISTS (
  SELECT 1 FROM json_each(runs.request, '$.ranges') r
  WHERE r.value ->> 'asset' NOT IN (SELECT value FROM json_each(?6))
)`;

/** A run that somebody queued, and whose worker is no more. */
export interface Left {
  readonly id: RunId;
  readonly deaths: number;
  readonly seen: Seq;
  readonly cancelled: number;
  /** 1 where all that its worker did was to wait for a slot. */
  readonly waited: number;
}

/** Whether the run of a key `k` has not ended. */
const IS_OPEN = `EXISTS (SELECT 1 FROM runs WHERE id = k.run AND (worker IS NOT NULL OR status = ${QUEUED}))`;

/** Runs that wait for a worker; call everything but `take`, `oldest` and `isCancelled` in a transaction. */
export class Queue {
  readonly #db: Database;
  readonly #workers: Workers;

  constructor(db: Database, workers: Workers) {
    this.#db = db;
    this.#workers = workers;
  }

  enqueue(request: RunRequest, at: Instant, head: Seq): { run: RunId; isNew: boolean } {
    const { key, priority = 0 } = request;
    const known = key === undefined ? undefined : this.#known(key, at);
    if (known !== undefined) return { run: known, isNew: false };
    const { id: run } = this.#db.get<{ id: RunId }>(
      `INSERT INTO runs (status, started, after, request, priority, deaths, seen)
      VALUES (?1, ?2, ?3, ?4, ?5, 0, ?3) RETURNING id`,
      QUEUED,
      at,
      head,
      JSON.stringify(request),
      priority,
    )!;
    cover(this.#db, run, request);
    if (key !== undefined) {
      this.#db.run("INSERT INTO run_keys (key, run, asked) VALUES (?, ?, ?)", key, run, at);
    }
    return { run, isNew: true };
  }

  /** The run of a key that was used before; it is asked for again, which is noted once a day. */
  #known(key: string, at: Instant): RunId | undefined {
    const known = this.#db.get<{ run: RunId; asked: Instant }>(
      "SELECT run, asked FROM run_keys WHERE key = ?",
      key,
    );
    if (known !== undefined && at - known.asked >= DAY) {
      this.#db.run("UPDATE run_keys SET asked = ? WHERE key = ?", at, key);
    }
    return known?.run;
  }

  keysUsedBefore(before: Instant, { after, limit }: { after: string; limit: number }): string[] {
    const rows = this.#db.all<{ key: string }>(
      `SELECT key FROM run_keys AS k WHERE key > ? AND asked < ? AND NOT ${IS_OPEN} ORDER BY key LIMIT ?`,
      after,
      before,
      limit,
    );
    return rows.map(({ key }) => key);
  }

  forgetKeys(keys: readonly string[], before: Instant): void {
    this.#db.run(
      `DELETE FROM run_keys AS k WHERE key IN (SELECT value FROM json_each(?)) AND asked < ? AND NOT ${IS_OPEN}`,
      JSON.stringify(keys),
      before,
    );
  }

  /** One statement, which needs no transaction around it. */
  take(
    at: Instant,
    above?: number,
    waiting: readonly AssetKey[] = [],
    assets?: readonly AssetKey[],
  ): TakenRun | undefined {
    const taken = this.#db.get<{ id: RunId; request: string; steps: number; seq: Seq }>(
      `UPDATE runs SET status = ?1, worker = ?2, started = ?3,
        steps_before = (SELECT coalesce(max(step), 0) FROM steps WHERE run = runs.id)
      WHERE id = (
        SELECT id FROM runs
        WHERE status = ${QUEUED} AND NOT ${IS_PAUSED} AND (?4 IS NULL OR priority > ?4)
          AND (?5 IS NULL OR NOT ${MATERIALIZES_ANY}) AND (?6 IS NULL OR NOT ${IS_OF_OTHERS})
        ORDER BY priority DESC, id LIMIT 1
      )
      RETURNING id, request, steps_before AS steps, (SELECT coalesce(max(seq), 0) FROM events) AS seq`,
      RUNNING,
      this.#workers.self(),
      at,
      above ?? null,
      waiting.length === 0 ? null : JSON.stringify(waiting),
      assets === undefined ? null : JSON.stringify(assets),
    );
    return taken && { ...taken, request: JSON.parse(taken.request) };
  }

  /** @param at When it ends, if its end was asked for. */
  handBackOne(run: RunId, at: Instant): void {
    this.#db.run(
      `UPDATE runs SET worker = NULL, status = iif(cancelled = 1, ${CANCELLED}, ${QUEUED}),
        took = iif(cancelled = 1, ?1 - started, took)
      WHERE id = ?2 AND status = ${RUNNING} AND worker = ?3 AND deaths IS NOT NULL`,
      at,
      run,
      this.#workers.self(),
    );
  }

  oldest(): Instant | null {
    return this.#db.get<{ at: Instant | null }>(
      `SELECT min(started) AS at FROM runs WHERE status = ${QUEUED} AND NOT ${IS_PAUSED}`,
    )!.at;
  }

  /** From now on, the next death is none in a row. */
  gotOn(run: RunId): void {
    this.#db.run("UPDATE runs SET deaths = -1 WHERE id = ? AND deaths IS NOT NULL", run);
  }

  /** @param status How it stands. */
  cancel(run: RunId, status: RunStatus, at: Instant): void {
    if (status === "running") this.#db.run("UPDATE runs SET cancelled = 1 WHERE id = ?", run);
    if (status !== "queued") return;
    this.#db.run(
      "UPDATE runs SET status = ?, worker = NULL, started = ?, took = 0, cancelled = 1 WHERE id = ?",
      CANCELLED,
      at,
      run,
    );
  }

  isCancelled(run: RunId): boolean {
    return this.#db.get<{ cancelled: number }>("SELECT cancelled FROM runs WHERE id = ?", run)
      ?.cancelled === 1;
  }

  /** Queues a run again whose worker is no more, unless it was to end, or too many workers died of it. */
  putBack({ id, deaths, seen, cancelled, waited }: Left, at: Instant, head: Seq): void {
    const end = (status: number, summary: string | null) =>
      this.#db.run(
        "UPDATE runs SET status = ?, worker = NULL, took = ? - started, summary = ? WHERE id = ?",
        status,
        at,
        summary,
        id,
      );
    if (cancelled === 1) return void end(CANCELLED, null);
    const event = this.#db.get("SELECT 1 FROM events WHERE seq > ? AND run = ? LIMIT 1", seen, id);
    const died = event !== undefined ? 0 : waited === 1 ? deaths : deaths + 1;
    if (died >= MOST_DEATHS) return void end(FAILED, JSON.stringify(GIVEN_UP));
    this.#db.run(
      "UPDATE runs SET status = ?, worker = NULL, deaths = ?, seen = ? WHERE id = ?",
      QUEUED,
      died,
      head,
      id,
    );
  }

  /** Queues what this worker took and did not end. */
  handBack(): void {
    this.#db.run(
      "UPDATE runs SET status = ?, worker = NULL WHERE worker = ? AND deaths IS NOT NULL AND cancelled = 0",
      QUEUED,
      this.#workers.self(),
    );
  }
}
