import type { AssetKey, RunId, Seq } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { Lead } from "./leads.ts";
import type { RunRequest, RunStatus } from "./runs.ts";
import type { AssetEvaluation } from "./ticks.ts";

/** A run that was queued and is this worker's now. */
export interface TakenRun {
  readonly id: RunId;
  readonly request: RunRequest;
  /** The number of its last step so far; 0 where nobody worked on it before. */
  readonly steps: number;
  /** The number of the last event when it was taken: who has taken in as much need not ask for more. */
  readonly seq: Seq;
}

/**
 * Runs that wait for a worker. Each is one worker's at a time; one whose worker is no more, or closed the state before it
 * ended, is queued again, until ten died in a row without an event of it or a word that it got on: then it failed.
 */
export interface Queue {
  /**
   * @param why The evaluations that led to the run, kept with it.
   * @param lead Under which it is asked for: once that has passed on, nothing is queued.
   * @returns The run; where the request has a key that was ever used, the one that has it, whatever became of it.
   * @throws {PassedLeadError}
   */
  enqueue(
    request: RunRequest,
    at: Instant,
    why?: readonly AssetEvaluation[],
    lead?: Lead,
  ): Promise<{ readonly run: RunId; readonly isNew: boolean }>;
  /** Keys that were last asked by before an instant, as far as is noted once a day, and whose runs have ended; in order. */
  keysUsedBefore(
    before: Instant,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly string[]>;
  /** Forgets those of these keys by which nobody asked since: a run that is asked for by one is new. */
  forgetKeys(keys: readonly string[], before: Instant): Promise<void>;
  /**
   * Takes the run of the highest priority, the oldest of these; undefined where none is queued.
   *
   * @param above Only one of a higher priority than this. @default any
   * @param waiting Runs that materialize any of these assets stay queued. @default none
   * @param assets Only one that is of no other assets. @default any
   */
  take(
    at: Instant,
    above?: number,
    waiting?: readonly AssetKey[],
    assets?: readonly AssetKey[],
  ): Promise<TakenRun | undefined>;
  /** When the run was queued that has waited the longest of those that may be taken; null where there is none. */
  oldest(): Promise<Instant | null>;
  /** Queues a run again that this worker took, as it cannot go on now; one whose end was asked for is cancelled. */
  handBack(run: RunId, at: Instant): Promise<void>;
  /** Notes that a run got on although no event says so, as by an answer that was stored. */
  gotOn(run: RunId): Promise<void>;
  /**
   * Cancels a run that is queued, and asks for the end of one that is running.
   *
   * @returns How it stood until then: one that had ended stays as it is.
   */
  cancel(run: RunId, at: Instant): Promise<RunStatus>;
  /** Whether somebody asked for the end of a run. */
  isCancelled(run: RunId): Promise<boolean>;
}
