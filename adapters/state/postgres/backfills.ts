import type {
  AssetRange,
  BackfillBatch,
  BackfillId,
  BackfillRecord,
  BackfillRequest,
  Backfills,
  BackfillStatus,
  Instant,
  RunId,
  RunRequest,
  RunStatus,
} from "../../../core/mod.ts";
import { backfillKey, isOpenBackfill } from "../backfills.ts";
import type { Database, Queries } from "./database.ts";
import { cancelOne, type Queue } from "./queue.ts";

type Row = Omit<BackfillRecord, "request"> & { readonly request: string };
interface BatchRow {
  readonly batch: number;
  readonly run: RunId | null;
  readonly status: RunStatus | null;
  readonly started: Instant | null;
  readonly ended: Instant | null;
}

/** Backfills with their batches. */
export class PostgresBackfills implements Backfills {
  readonly #db: Database;
  readonly #queue: Queue;

  constructor(db: Database, queue: Queue) {
    this.#db = db;
    this.#queue = queue;
  }

  async begin(
    request: BackfillRequest,
    batches: readonly (readonly AssetRange[])[],
    at: Instant,
  ): Promise<BackfillId> {
    const begun = await this.#db.get<{ id: BackfillId }>(
      `WITH begun AS (
        INSERT INTO backfills (status, started, request) VALUES ('running', $1, $2) RETURNING id
      ), batches AS (
        INSERT INTO backfill_batches (backfill, batch, ranges)
        SELECT id, place, ranges FROM begun, json_array_elements_text($3::text::json) WITH ORDINALITY AS b(ranges, place)
      )
      SELECT id FROM begun`,
      at,
      JSON.stringify(request),
      JSON.stringify(batches.map((ranges) => JSON.stringify(ranges))),
    );
    return begun!.id;
  }

  async list(which?: "open"): Promise<BackfillRecord[]> {
    const only = which === "open" ? "WHERE ended IS NULL" : "";
    return (await this.#db.all<Row>(`SELECT * FROM backfills ${only} ORDER BY id DESC`)).map(recordOf);
  }

  async get(id: BackfillId): Promise<BackfillRecord | undefined> {
    const row = await this.#db.get<Row>("SELECT * FROM backfills WHERE id = $1", id);
    return row && recordOf(row);
  }

  async batches(id: BackfillId): Promise<BackfillBatch[]> {
    const rows = await this.#db.all<BatchRow>(
      `SELECT b.batch, b.run, r.status, r.started, r.ended
      FROM backfill_batches b LEFT JOIN runs r ON r.id = b.run WHERE b.backfill = $1 ORDER BY b.batch`,
      id,
    );
    return rows.map(({ batch, run, status, started, ended }) => ({
      batch,
      run: run === null ? null : {
        id: run,
        status: status ?? "interrupted",
        started: started ?? 0,
        ended: status === null ? 0 : ended,
      },
    }));
  }

  async ranges(id: BackfillId, batch: number): Promise<AssetRange[]> {
    const row = await this.#db.get<{ ranges: string }>(
      "SELECT ranges FROM backfill_batches WHERE backfill = $1 AND batch = $2",
      id,
      batch,
    );
    return row === undefined ? [] : JSON.parse(row.ranges);
  }

  async allRanges(id: BackfillId): Promise<AssetRange[][]> {
    const rows = await this.#db.all<{ ranges: string }>(
      "SELECT ranges FROM backfill_batches WHERE backfill = $1 ORDER BY batch",
      id,
    );
    return rows.map(({ ranges }) => JSON.parse(ranges));
  }

  async enqueue(
    id: BackfillId,
    batch: number,
    request: RunRequest,
    at: Instant,
  ): Promise<{ run: RunId; isNew: boolean } | undefined> {
    return await this.#db.write(async (transaction) => {
      const row = await locked(transaction, id);
      if (row?.status !== "running") return undefined;
      const queued = await this.#queue.enqueue(transaction, { ...request, key: backfillKey(id, batch) }, at);
      await transaction.run(
        "UPDATE backfill_batches SET run = $1 WHERE backfill = $2 AND batch = $3",
        queued.run,
        id,
        batch,
      );
      return queued;
    });
  }

  async turn(
    id: BackfillId,
    to: "running" | "paused" | "cancelled",
    at: Instant,
  ): Promise<BackfillStatus | undefined> {
    return await this.#db.write(async (transaction) => {
      const row = await locked(transaction, id);
      if (row === undefined || !isOpenBackfill(row.status)) return row?.status;
      await transaction.run(
        "UPDATE backfills SET status = $1, ended = $2 WHERE id = $3",
        to,
        to === "cancelled" ? at : null,
        id,
      );
      if (to === "cancelled") await cancelRuns(transaction, id, at);
      return row.status;
    });
  }

  async end(id: BackfillId, status: "succeeded" | "failed", at: Instant): Promise<void> {
    await this.#db.run(
      "UPDATE backfills SET status = $1, ended = $2 WHERE id = $3 AND ended IS NULL",
      status,
      at,
      id,
    );
  }

  async forget(before: Instant): Promise<void> {
    await this.#db.run(
      `WITH over AS (DELETE FROM backfills WHERE ended < $1 RETURNING id)
      DELETE FROM backfill_batches WHERE backfill IN (SELECT id FROM over)`,
      before,
    );
  }
}

async function locked(db: Queries, id: BackfillId): Promise<Row | undefined> {
  return await db.get<Row>("SELECT * FROM backfills WHERE id = $1 FOR UPDATE", id);
}

/** The runs of its batches, and those that go on with them. */
async function cancelRuns(db: Queries, id: BackfillId, at: Instant): Promise<void> {
  const open = await db.all<{ run: RunId; status: RunStatus }>(
    `SELECT id AS run, status FROM runs
    WHERE (status = 'queued' OR worker IS NOT NULL) AND backfill = $1 ORDER BY id FOR UPDATE`,
    String(id),
  );
  for (const { run, status } of open) {
    await cancelOne(db, run, status === "running" ? "running" : "queued", at);
  }
}

function recordOf(row: Row): BackfillRecord {
  return { ...row, request: JSON.parse(row.request) };
}
