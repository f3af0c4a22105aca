import type { RunId, Seq } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { AssetRange, RunRequest, RunStatus } from "./runs.ts";

/** A backfill's number, from 1. */
export type BackfillId = number;

/** How a backfill stands, or how it ended: it failed where something that it was to make does not stand. */
export type BackfillStatus = "running" | "paused" | "succeeded" | "failed" | "cancelled";

/** A reason for which a backfill makes a partition. */
export type Lack = "missing" | "failed" | "stale";

/** The request of a backfill. */
export interface BackfillRequest {
  /** The expression that chose the assets. */
  readonly selection: readonly string[];
  /** Bounds, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** @default every kind */
  readonly only?: readonly Lack[];
  /** @default the newest first */
  readonly oldestFirst?: boolean;
  /** How many partitions it is to make. */
  readonly total: number;
  /** The requests to a source that it is likely to take; null where that could not be told. */
  readonly requests: number | null;
  /** At the source's pace, at least. */
  readonly leastSeconds: number | null;
  /** The number of the last event when it was requested. */
  readonly seq: Seq;
}

/** A backfill as the state keeps it. */
export interface BackfillRecord {
  readonly id: BackfillId;
  readonly status: BackfillStatus;
  readonly started: Instant;
  readonly ended: Instant | null;
  readonly request: BackfillRequest;
}

/** One batch of a backfill, which one run makes. */
export interface BackfillBatch {
  /** Its place in the order in which they run, from 1. */
  readonly batch: number;
  /** Its run, once it is queued; the status of one that was forgotten is `interrupted`. */
  readonly run: {
    readonly id: RunId;
    readonly status: RunStatus;
    readonly started: Instant;
    readonly ended: Instant | null;
  } | null;
}

/** The record of backfills and of their batches. Each call is one transaction. */
export interface Backfills {
  /** Stores a backfill with its batches, in the order in which they are to run. */
  begin(
    request: BackfillRequest,
    batches: readonly (readonly AssetRange[])[],
    at: Instant,
  ): Promise<BackfillId>;
  /** Newest first; the open ones are running or paused. */
  list(which?: "open"): Promise<readonly BackfillRecord[]>;
  get(id: BackfillId): Promise<BackfillRecord | undefined>;
  /** In their order. */
  batches(id: BackfillId): Promise<readonly BackfillBatch[]>;
  /** The partitions of a batch. */
  ranges(id: BackfillId, batch: number): Promise<readonly AssetRange[]>;
  /** The partitions of every batch, in their order. */
  allRanges(id: BackfillId): Promise<readonly (readonly AssetRange[])[]>;
  /**
   * Queues the run of a batch under the key `backfill/<id>/<batch>`, so that there is one at most, whoever calls and however
   * often.
   *
   * @returns As `enqueue` does; undefined where the backfill is not running.
   */
  enqueue(
    id: BackfillId,
    batch: number,
    request: RunRequest,
    at: Instant,
  ): Promise<{ readonly run: RunId; readonly isNew: boolean } | undefined>;
  /**
   * Pauses one that is running, lets one that is paused go on, or cancels either. While it is paused, none of its batches
   * is taken; once it is cancelled, its queued runs are, too, and those at work are asked for their end.
   *
   * @returns How it stood until then: one that had ended stays as it is. Undefined where there is none.
   */
  turn(
    id: BackfillId,
    to: "running" | "paused" | "cancelled",
    at: Instant,
  ): Promise<BackfillStatus | undefined>;
  /** Notes how one that is open ended. */
  end(id: BackfillId, status: "succeeded" | "failed", at: Instant): Promise<void>;
  /** Forgets those that ended before an instant. */
  forget(before: Instant): Promise<void>;
}
