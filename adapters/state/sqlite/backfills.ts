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
  Seq,
} from "../../../core/mod.ts";
import { backfillKey, isOpenBackfill } from "../backfills.ts";
import type { Database } from "./database.ts";
import { BACKFILL_STATUSES, backfillNumber as numberOf } from "./paused.ts";
import { type Queue, STATUSES, statusNumber } from "./queue.ts";

const INTERRUPTED = statusNumber("interrupted"), RUNNING = statusNumber("running");

type Row = {
  readonly id: BackfillId;
  readonly status: number;
  readonly started: Instant;
  readonly ended: Instant | null;
  readonly request: string;
};
type BatchRow = {
  readonly batch: number;
  readonly run: RunId | null;
  readonly status: number | null;
  readonly started: Instant | null;
  readonly took: number | null;
};

/** Backfills with their batches. */
export class SqliteBackfills implements Backfills {
  readonly #db: Database;
  readonly #queue: Queue;
  readonly #head: () => Seq;

  constructor(db: Database, queue: Queue, head: () => Seq) {
    this.#db = db;
    this.#queue = queue;
    this.#head = head;
  }

  async begin(
    request: BackfillRequest,
    batches: readonly (readonly AssetRange[])[],
    at: Instant,
  ): Promise<BackfillId> {
    return await this.#db.write(() => {
      const { id } = this.#db.get<{ id: BackfillId }>(
        "INSERT INTO backfills (status, started, request) VALUES (?, ?, ?) RETURNING id",
        numberOf("running"),
        at,
        JSON.stringify(request),
      )!;
      for (const [place, ranges] of batches.entries()) {
        this.#db.run(
          "INSERT INTO backfill_batches (backfill, batch, ranges) VALUES (?, ?, ?)",
          id,
          place + 1,
          JSON.stringify(ranges),
        );
      }
      return id;
    });
  }

  // deno-lint-ignore require-await
  async list(which?: "open"): Promise<BackfillRecord[]> {
    const only = which === "open" ? "WHERE ended IS NULL" : "";
    return this.#db.all<Row>(`SELECT * FROM backfills ${only} ORDER BY id DESC`).map(recordOf);
  }

  // deno-lint-ignore require-await
  async get(id: BackfillId): Promise<BackfillRecord | undefined> {
    const row = this.#row(id);
    return row && recordOf(row);
  }

  // deno-lint-ignore require-await
  async batches(id: BackfillId): Promise<BackfillBatch[]> {
    const rows = this.#db.all<BatchRow>(
      `SELECT b.batch, b.run, r.status, r.started, r.took
      FROM backfill_batches b LEFT JOIN runs r ON r.id = b.run WHERE b.backfill = ? ORDER BY b.batch`,
      id,
    );
    return rows.map(({ batch, run, status, started, took }) => ({
      batch,
      run: run === null ? null : {
        id: run,
        status: STATUSES[status ?? INTERRUPTED]!,
        started: started ?? 0,
        ended: took === null ? (status === null ? 0 : null) : started! + took,
      },
    }));
  }

  // deno-lint-ignore require-await
  async ranges(id: BackfillId, batch: number): Promise<AssetRange[]> {
    const row = this.#db.get<{ ranges: string }>(
      "SELECT ranges FROM backfill_batches WHERE backfill = ? AND batch = ?",
      id,
      batch,
    );
    return row === undefined ? [] : JSON.parse(row.ranges);
  }

  // deno-lint-ignore require-await
  async allRanges(id: BackfillId): Promise<AssetRange[][]> {
    return this.#db.all<{ ranges: string }>(
      "SELECT ranges FROM backfill_batches WHERE backfill = ? ORDER BY batch",
      id,
    ).map(({ ranges }) => JSON.parse(ranges));
  }

  async enqueue(
    id: BackfillId,
    batch: number,
    request: RunRequest,
    at: Instant,
  ): Promise<{ run: RunId; isNew: boolean } | undefined> {
    return await this.#db.write(() => {
      const row = this.#row(id);
      if (row === undefined || BACKFILL_STATUSES[row.status] !== "running") return undefined;
      const queued = this.#queue.enqueue({ ...request, key: backfillKey(id, batch) }, at, this.#head());
      this.#db.run(
        "UPDATE backfill_batches SET run = ? WHERE backfill = ? AND batch = ?",
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
    return await this.#db.write(() => {
      const row = this.#row(id);
      if (row === undefined) return undefined;
      const { status } = recordOf(row);
      if (!isOpenBackfill(status)) return status;
      this.#db.run(
        "UPDATE backfills SET status = ?, ended = ? WHERE id = ?",
        numberOf(to),
        to === "cancelled" ? at : null,
        id,
      );
      if (to === "cancelled") this.#cancelRuns(id, at);
      return status;
    });
  }

  async end(id: BackfillId, status: "succeeded" | "failed", at: Instant): Promise<void> {
    await this.#db.write(() =>
      this.#db.run(
        "UPDATE backfills SET status = ?, ended = ? WHERE id = ? AND ended IS NULL",
        numberOf(status),
        at,
        id,
      )
    );
  }

  async forget(before: Instant): Promise<void> {
    await this.#db.write(() => {
      const over = "SELECT id FROM backfills WHERE ended < ?";
      this.#db.run(`DELETE FROM backfill_batches WHERE backfill IN (${over})`, before);
      this.#db.run("DELETE FROM backfills WHERE ended < ?", before);
    });
  }

  /** The runs of its batches, and those that go on with them. */
  #cancelRuns(id: BackfillId, at: Instant): void {
    const open = this.#db.all<{ run: RunId; status: number }>(
      `SELECT id AS run, status FROM runs
      WHERE (status = ${statusNumber("queued")} OR worker IS NOT NULL) AND request ->> '$.tags.backfill' = ?`,
      String(id),
    );
    for (const { run, status } of open) {
      this.#queue.cancel(run, status === RUNNING ? "running" : "queued", at);
    }
  }

  #row(id: BackfillId): Row | undefined {
    return this.#db.get<Row>("SELECT * FROM backfills WHERE id = ?", id);
  }
}

function recordOf({ id, status, started, ended, request }: Row): BackfillRecord {
  return { id, status: BACKFILL_STATUSES[status]!, started, ended, request: JSON.parse(request) };
}
