import { CancelledError } from "../errors.ts";
import type { RunId } from "../event.ts";
import type { TakenRun } from "../ports/state.ts";
import type { HandOver } from "./hand_over.ts";
import type { OwnRun } from "./own_run.ts";
import { messageOf, type Session } from "./session.ts";
import type { RunResult, Tally } from "./tally.ts";

/** So many errors are kept with a run. */
const KEPT = 20;

/** How the work on a run has ended. */
export interface WorkEnded {
  readonly run: OwnRun;
  readonly tally: Tally;
  readonly taken: TakenRun | undefined;
  readonly signal: AbortSignal;
  readonly handOver: HandOver;
  /** Whether any partition has no outcome. */
  readonly isUnfinished: boolean;
  /** Why what is left waits, where the service that it asks is down. */
  readonly waits: string | undefined;
  /** The number of the last step. */
  readonly steps: number;
}

/** Closes a run's record, if there was anything to do; a queued run that ends with its worker stays open. */
export async function closeRun(
  session: Session,
  { run: own, tally, taken, signal, handOver, isUnfinished, waits, steps }: WorkEnded,
): Promise<RunResult> {
  const result = tally.result(own.id, signal.aborted);
  if (result.status === "nothing_to_do" && own.id === null) return result;
  const run = await own.begin();
  if (waits !== undefined && isUnfinished && !signal.aborted) {
    await session.state.handBack(run, session.clock.now());
    return { ...result, status: "cancelled", waits };
  }
  const isCancelled = signal.aborted && signal.reason instanceof CancelledError;
  const isLeft = signal.aborted || handOver.isDue && isUnfinished;
  if (taken !== undefined && isLeft && !isCancelled) {
    await handOver.log(session, run, steps);
    return { ...result, status: "cancelled" };
  }
  const status = result.status === "nothing_to_do" ? "succeeded" : result.status;
  const { counts, errors } = result;
  const blocked = tally.blocked();
  const before = await own.madeBefore();
  const summary = {
    counts: { ...counts, materialized: counts.materialized + before },
    ...(errors.length === 0 ? {} : { errors: errors.slice(0, KEPT) }),
    // No event speaks of what was held back for want of something.
    ...(blocked.length === 0 ? {} : { blocked: blocked.slice(0, KEPT) }),
  };
  await session.state.endRun(run, status, summary, session.clock.now());
  return { ...result, run };
}

/** Closes the record of a run that broke, as far as the state still answers. */
export async function breakOff(session: Session, run: RunId | null, cause: unknown): Promise<void> {
  if (run === null) return;
  const summary = { errors: [{ message: messageOf(session, cause) }] };
  await session.state.endRun(run, "failed", summary, session.clock.now()).catch(() => {});
}
