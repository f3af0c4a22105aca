import {
  type AssetKey,
  DAY,
  type Instant,
  type RunId,
  type RunRequest,
  type RunStatus,
  type TakenRun,
} from "../../../core/mod.ts";
import { GIVEN_UP, MOST_DEATHS } from "../ended.ts";
import type { Database, Queries } from "./database.ts";
import { addRun } from "./runs.ts";
import type { Workers } from "./workers.ts";

/** The texts of a JSON list in a parameter. */
const listed = (place: string) => `(SELECT json_array_elements_text(${place}::text::json))`;

const IS_PAUSED = `EXISTS (
  SELECT 1 FROM backfill_batches b JOIN backfills f ON f.id = b.backfill WHERE b.run = runs.id AND f.status = 'paused'
)`;
/** Whether the run of a key has not ended. */
const IS_OPEN = `EXISTS (
  SELECT 1 FROM runs WHERE id = run_keys.run AND (worker IS NOT NULL OR status = 'queued')
)`;

const TAKE = `
  UPDATE runs SET status = 'running', worker = $1, started = $2,
    steps_before = (SELECT coalesce(max(step), 0) FROM steps WHERE run = runs.id)
  WHERE lives($1) AND id = (
    SELECT id FROM runs
    WHERE status = 'queued' AND NOT ${IS_PAUSED} AND ($3::int IS NULL OR priority > $3)
      AND ($4::text IS NULL OR NOT (command = 'materialize' AND EXISTS (
        SELECT 1 FROM run_assets a WHERE a.run = runs.id AND a.asset IN ${listed("$4")}
      )))
      AND ($5::text IS NULL OR NOT EXISTS (
        SELECT 1 FROM run_assets a WHERE a.run = runs.id AND a.asset NOT IN ${listed("$5")}
      ))
    ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  RETURNING id, request, steps_before AS steps, (SELECT seq FROM counter) AS seq`;

/**
 * What became of runs that somebody queued and whose workers are no more: queued again, unless they were to end, or too
 * many workers died of them.
 */
const PUT_BACK = `
  WITH left_behind AS (
    SELECT id, cancelled, CASE
        WHEN EXISTS (SELECT 1 FROM events e WHERE e.seq > r.seen AND e.run = r.id) THEN 0
        WHEN EXISTS (SELECT 1 FROM waits w WHERE w.run = r.id AND w.worker = r.worker)
          AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.run = r.id AND c.worker = r.worker) THEN deaths
        ELSE deaths + 1
      END AS died
    FROM runs r WHERE worker IS NOT NULL AND deaths IS NOT NULL AND NOT lives(worker)
    ORDER BY id FOR UPDATE
  )
  UPDATE runs SET worker = NULL,
    status = CASE WHEN l.cancelled THEN 'cancelled' WHEN l.died >= ${MOST_DEATHS} THEN 'failed' ELSE 'queued' END,
    ended = CASE WHEN l.cancelled OR l.died >= ${MOST_DEATHS} THEN $1::bigint END,
    summary = CASE WHEN NOT l.cancelled AND l.died >= ${MOST_DEATHS} THEN $2 ELSE summary END,
    deaths = l.died,
    seen = (SELECT seq FROM counter)
  FROM left_behind l WHERE l.id = runs.id`;

/** Runs that wait for a worker. */
export class Queue {
  readonly #db: Database;
  readonly #workers: Workers;

  constructor(db: Database, workers: Workers) {
    this.#db = db;
    this.#workers = workers;
  }

  /** Call it in a transaction. */
  async enqueue(db: Queries, request: RunRequest, at: Instant): Promise<{ run: RunId; isNew: boolean }> {
    const { key } = request;
    if (key !== undefined) {
      await db.run("SELECT hold('key ' || $1)", key);
      const known = await db.get<{ run: RunId; asked: Instant }>(
        "SELECT run, asked FROM run_keys WHERE key = $1",
        key,
      );
      if (known !== undefined) {
        // It is asked for again, which is noted once a day.
        if (at - known.asked >= DAY) await db.run("UPDATE run_keys SET asked = $1 WHERE key = $2", at, key);
        return { run: known.run, isNew: false };
      }
    }
    const run = await addRun(db, request, { status: "queued", worker: null, at });
    if (key !== undefined) {
      await db.run("INSERT INTO run_keys (key, run, asked) VALUES ($1, $2, $3)", key, run, at);
    }
    return { run, isNew: true };
  }

  async keysUsedBefore(
    before: Instant,
    { after, limit }: { after: string; limit: number },
  ): Promise<string[]> {
    const rows = await this.#db.all<{ key: string }>(
      `SELECT key FROM run_keys WHERE key > $1 AND asked < $2 AND NOT ${IS_OPEN} ORDER BY key LIMIT $3`,
      after,
      before,
      limit,
    );
    return rows.map(({ key }) => key);
  }

  async forgetKeys(keys: readonly string[], before: Instant): Promise<void> {
    await this.#db.run(
      `DELETE FROM run_keys WHERE key IN ${listed("$1")} AND asked < $2 AND NOT ${IS_OPEN}`,
      JSON.stringify(keys),
      before,
    );
  }

  async take(
    at: Instant,
    above?: number,
    waiting: readonly AssetKey[] = [],
    assets?: readonly AssetKey[],
  ): Promise<TakenRun | undefined> {
    const taken = await this.#db.get<Omit<TakenRun, "request"> & { readonly request: string }>(
      TAKE,
      await this.#workers.self(),
      at,
      above ?? null,
      waiting.length === 0 ? null : JSON.stringify(waiting),
      assets === undefined ? null : JSON.stringify(assets),
    );
    // Who has no lease any more takes none, whatever there is.
    if (taken === undefined) await this.#workers.requireLife();
    return taken && { ...taken, request: JSON.parse(taken.request) };
  }

  /** @param at When it ends, if its end was asked for. */
  async handBack(run: RunId, at: Instant): Promise<void> {
    await this.#db.run(
      `UPDATE runs SET worker = NULL, status = CASE WHEN cancelled THEN 'cancelled' ELSE 'queued' END,
        ended = CASE WHEN cancelled THEN $1::bigint ELSE ended END
      WHERE id = $2 AND status = 'running' AND worker = $3 AND deaths IS NOT NULL`,
      at,
      run,
      await this.#workers.self(),
    );
  }

  async oldest(): Promise<Instant | null> {
    const found = await this.#db.get<{ at: Instant | null }>(
      `SELECT min(started) AS at FROM runs WHERE status = 'queued' AND NOT ${IS_PAUSED}`,
    );
    return found!.at;
  }

  /** From now on, the next death is none in a row. */
  async gotOn(run: RunId): Promise<void> {
    await this.#db.run("UPDATE runs SET deaths = -1 WHERE id = $1 AND deaths IS NOT NULL", run);
  }

  async cancel(run: RunId, at: Instant): Promise<RunStatus> {
    return await this.#db.write(async (transaction) => {
      await transaction.run("SELECT 1 FROM runs WHERE id = $1 FOR UPDATE", run);
      const found = await transaction.get<{ stands: RunStatus }>(
        "SELECT stands FROM standing_runs WHERE id = $1",
        run,
      );
      if (found === undefined) {
        throw new Error(`using the state: found run ${run}, wanted one that was begun`);
      }
      await cancelOne(transaction, run, found.stands, at);
      return found.stands;
    });
  }

  async isCancelled(run: RunId): Promise<boolean> {
    // Whoever is at work asks so each second: by the answer it notices that it is no more.
    const asked = this.#workers.requireLife().then(() =>
      this.#db.get<{ cancelled: boolean }>("SELECT cancelled FROM runs WHERE id = $1", run)
    );
    return (await this.#workers.answered(asked))?.cancelled ?? false;
  }

  /** Queues runs again whose workers are no more, and interrupts those that nobody queued; call it in a transaction. */
  async putBack(db: Queries, at: Instant): Promise<void> {
    await db.run(PUT_BACK, at, JSON.stringify(GIVEN_UP));
    await db.run(
      `UPDATE runs SET status = 'interrupted', worker = NULL, ended = $1
      WHERE worker IS NOT NULL AND deaths IS NULL AND NOT lives(worker)`,
      at,
    );
  }
}

/** @param status How it stands. */
export async function cancelOne(db: Queries, run: RunId, status: RunStatus, at: Instant): Promise<void> {
  if (status === "running") await db.run("UPDATE runs SET cancelled = true WHERE id = $1", run);
  if (status !== "queued") return;
  await db.run(
    "UPDATE runs SET status = 'cancelled', worker = NULL, started = $1, ended = $1, cancelled = true WHERE id = $2",
    at,
    run,
  );
}
