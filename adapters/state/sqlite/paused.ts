import type { BackfillStatus } from "../../../core/mod.ts";

/** In the order of the numbers that stand for them: append only. */
export const BACKFILL_STATUSES: readonly BackfillStatus[] = [
  "running",
  "paused",
  "succeeded",
  "failed",
  "cancelled",
];

/** The number that stands for a status. */
export function backfillNumber(status: BackfillStatus): number {
  return BACKFILL_STATUSES.indexOf(status);
}

/** Holds of a row of `runs` whose backfill is paused. */
export const IS_PAUSED = `EXISTS (
  SELECT 1 FROM backfill_batches b JOIN backfills f ON f.id = b.backfill
  WHERE b.run = runs.id AND f.status = ${backfillNumber("paused")}
)`;
