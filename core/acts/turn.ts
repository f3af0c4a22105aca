import type { RunId } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { BackfillId, BackfillStatus, RunStatus, State } from "../ports/state.ts";

/** What came of turning something: how it stands now, or that it had ended before. */
export type Turned<Status extends string> = { readonly status: Status } | { readonly ended: Status };

/** Cancels a run that is queued, or asks who works on it for its end. @returns Undefined where there is no such run. */
export async function cancelRun(
  state: State,
  run: RunId,
  now: Instant,
): Promise<Turned<RunStatus | "ending"> | undefined> {
  if (await state.run(run) === undefined) return undefined;
  const status = await state.cancel(run, now);
  if (status === "queued") return { status: "cancelled" };
  return status === "running" ? { status: "ending" } : { ended: status };
}

/** How a backfill may be turned, and how it stands then. */
export const BACKFILL_TURNS = { pause: "paused", resume: "running", cancel: "cancelled" } as const;

/** One of these ways. */
export type BackfillTurn = keyof typeof BACKFILL_TURNS;

/** Pauses a backfill, lets it go on, or cancels it. @returns Undefined where there is no such backfill. */
export async function turnBackfill(
  state: State,
  id: BackfillId,
  turn: BackfillTurn,
  now: Instant,
): Promise<Turned<BackfillStatus> | undefined> {
  const to = BACKFILL_TURNS[turn];
  const status = await state.backfills.turn(id, to, now);
  if (status === undefined) return undefined;
  return status === "running" || status === "paused" ? { status: to } : { ended: status };
}
