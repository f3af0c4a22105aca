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
} from "../../../core/mod.ts";
import { backfillKey, isOpenBackfill } from "../backfills.ts";
import { frozen } from "./copies.ts";
import type { Queue } from "./queue.ts";
import type { Runs } from "./runs.ts";
import type { MemoryStore, StoredBackfill } from "./store.ts";

/** Backfills with their batches. */
export class MemoryBackfills implements Backfills {
  constructor(readonly store: MemoryStore, readonly runs: Runs, readonly queue: Queue) {}

  async begin(
    request: BackfillRequest,
    batches: readonly (readonly AssetRange[])[],
    at: Instant,
  ): Promise<BackfillId> {
    await null;
    const id = ++this.store.lastBackfill;
    const record: BackfillRecord = {
      id,
      status: "running",
      started: at,
      ended: null,
      request: frozen(request),
    };
    this.store.backfills.set(id, {
      record,
      batches: batches.map((ranges) => ({ ranges: frozen(ranges), run: null })),
    });
    return id;
  }

  async list(which?: "open"): Promise<BackfillRecord[]> {
    await null;
    const records = [...this.store.backfills.values()].map(({ record }) => record).reverse();
    return records.filter(({ status }) => which === undefined || isOpenBackfill(status));
  }

  async get(id: BackfillId): Promise<BackfillRecord | undefined> {
    await null;
    return this.store.backfills.get(id)?.record;
  }

  async batches(id: BackfillId): Promise<BackfillBatch[]> {
    await null;
    return (this.store.backfills.get(id)?.batches ?? []).map(({ run }, place) => ({
      batch: place + 1,
      run: run === null ? null : this.#run(run),
    }));
  }

  async ranges(id: BackfillId, batch: number): Promise<readonly AssetRange[]> {
    await null;
    return this.store.backfills.get(id)?.batches[batch - 1]?.ranges ?? [];
  }

  async allRanges(id: BackfillId): Promise<readonly (readonly AssetRange[])[]> {
    await null;
    return (this.store.backfills.get(id)?.batches ?? []).map(({ ranges }) => ranges);
  }

  async enqueue(
    id: BackfillId,
    batch: number,
    request: RunRequest,
    at: Instant,
  ): Promise<{ run: RunId; isNew: boolean } | undefined> {
    await null;
    const backfill = this.store.backfills.get(id);
    if (backfill?.record.status !== "running") return undefined;
    const queued = this.queue.enqueue({ ...request, key: backfillKey(id, batch) }, at);
    backfill.batches[batch - 1]!.run = queued.run;
    return queued;
  }

  async turn(
    id: BackfillId,
    to: "running" | "paused" | "cancelled",
    at: Instant,
  ): Promise<BackfillStatus | undefined> {
    await null;
    const backfill = this.store.backfills.get(id);
    if (backfill === undefined) return undefined;
    const { status } = backfill.record;
    if (!isOpenBackfill(status)) return status;
    change(backfill, to, to === "cancelled" ? at : null);
    if (to !== "cancelled") return status;
    for (const run of this.store.runs) {
      if (run.record.request.tags?.backfill === String(id)) this.queue.cancel(run, at);
    }
    return status;
  }

  async end(id: BackfillId, status: "succeeded" | "failed", at: Instant): Promise<void> {
    await null;
    const backfill = this.store.backfills.get(id);
    if (backfill !== undefined && isOpenBackfill(backfill.record.status)) change(backfill, status, at);
  }

  async forget(before: Instant): Promise<void> {
    await null;
    for (const [id, { record: { ended } }] of this.store.backfills) {
      if (ended !== null && ended < before) this.store.backfills.delete(id);
    }
  }

  #run(id: RunId): BackfillBatch["run"] {
    const record = this.runs.record(id);
    if (record === undefined) return { id, status: "interrupted", started: 0, ended: 0 };
    const { status, started, ended } = record;
    return { id, status, started, ended };
  }
}

function change(backfill: StoredBackfill, status: BackfillStatus, ended: Instant | null): void {
  backfill.record = { ...backfill.record, status, ended };
}
