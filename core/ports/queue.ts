import type { AssetKey, RunId, Seq } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { Lead } from "./leads.ts";
import type { RunRequest, RunStatus } from "./runs.ts";
import type { AssetEvaluation } from "./ticks.ts";

/** A queued run that this worker has taken. */
export interface TakenRun {
  readonly id: RunId;
  readonly request: RunRequest;
  /** The number of its last step by workers before; 0 where it is the first. */
  readonly steps: number;
  /** The number of the last event when it was taken. */
  readonly seq: Seq;
}

/**
 * The queue of runs. A run is one worker's at a time. Where its worker dies, or closes the state before the run ended, it is
 * queued again; after ten workers in a row that died without an event of it or a call of `gotOn`, it has failed. A worker that
 * only waited for a slot when it died is not counted.
 */
export interface Queue {
  /**
   * Queues a run.
   *
   * @param why The evaluations that led to it, kept with it.
   * @param lead The lead under which it is requested.
   * @returns The run; where the request's key was used before, the run of that key, whatever became of it.
   * @throws {PassedLeadError} If the lead has passed on: nothing was queued.
   */
  enqueue(
    request: RunRequest,
    at: Instant,
    why?: readonly AssetEvaluation[],
    lead?: Lead,
  ): Promise<{ readonly run: RunId; readonly isNew: boolean }>;
  /** Keys whose runs have ended and that were last requested before an instant, which is noted once a day; ascending. */
  keysUsedBefore(
    before: Instant,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly string[]>;
  /** Forgets keys, but for those requested since `before`; a further request by a forgotten key is a new run. */
  forgetKeys(keys: readonly string[], before: Instant): Promise<void>;
  /**
   * Takes the queued run of the highest priority, of equal ones the oldest.
   *
   * @param above Only a run of a higher priority than this. @default any
   * @param waiting Runs that materialize any of these assets stay queued. @default none
   * @param assets Only a run all of whose assets are among these. @default any
   * @returns Undefined where there is none.
   */
  take(
    at: Instant,
    above?: number,
    waiting?: readonly AssetKey[],
    assets?: readonly AssetKey[],
  ): Promise<TakenRun | undefined>;
  /** When the oldest run was queued that may be taken; null where there is none. */
  oldest(): Promise<Instant | null>;
  /** Puts a run that this worker took back into the queue; one that is to be cancelled is cancelled. */
  handBack(run: RunId, at: Instant): Promise<void>;
  /** Notes progress of a run that no event tells, such as a stored answer. */
  gotOn(run: RunId): Promise<void>;
  /**
   * Cancels a queued run, and marks a running one to be cancelled by its worker.
   *
   * @returns Its status until then; a run that had ended stays as it is.
   */
  cancel(run: RunId, at: Instant): Promise<RunStatus>;
  /** Whether a run is marked to be cancelled. */
  isCancelled(run: RunId): Promise<boolean>;
}
