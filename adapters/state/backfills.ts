import type { BackfillId, BackfillStatus } from "../../core/mod.ts";

/** The key of the run of a batch. */
export function backfillKey(id: BackfillId, batch: number): string {
  return `backfill/${id}/${batch}`;
}

/** Whether a backfill has not ended. */
export function isOpenBackfill(status: BackfillStatus): boolean {
  return status === "running" || status === "paused";
}
