import type { PlannedBackfill } from "../backfill/begin.ts";
import type { BackfillProgress } from "../backfill/progress.ts";
import type { BackfillId } from "../ports/backfills.ts";
import { waitsJson } from "./run.ts";

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
