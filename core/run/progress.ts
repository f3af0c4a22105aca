import type { Outlook } from "../asset.ts";
import type { AssetKey, RunId } from "../event.ts";
import type { Milliseconds } from "../instant.ts";
import type { KeyRange, PartitionRange } from "../partition/range_text.ts";

/** News of a run while it goes on. */
export type Progress = News & { readonly run: RunId };

/** Progress of a run, without the run's number. */
export type News =
  | { readonly type: "run-started" }
  /** Of a run that is no more: what it had begun to publish was completed or taken back. */
  | { readonly type: "recovered"; readonly completed: number; readonly reverted: number }
  | {
    readonly type: "step-started";
    readonly step: number;
    readonly asset: AssetKey;
    readonly range: KeyRange;
    readonly count: number;
  }
  | {
    readonly type: "step-progress";
    readonly step: number;
    readonly done: number;
    readonly total: number;
    readonly unit: string;
    readonly outlook: Outlook;
  }
  | {
    readonly type: "partitions";
    readonly step: number;
    readonly materialized: number;
    readonly unchanged: number;
  }
  | {
    /** Partitions whose source was asked again have other content than before, such as late rows. */
    readonly type: "changed";
    readonly step: number;
    readonly asset: AssetKey;
    readonly ranges: readonly PartitionRange[];
  }
  | { readonly type: "retrying"; readonly step: number; readonly error: string; readonly after: Milliseconds }
  | {
    /** Whether another run's work begins to be waited for, or does no longer. */
    readonly type: "waiting" | "waited";
    readonly asset: AssetKey;
    readonly range: KeyRange;
    /** The run that is waited for. */
    readonly holder: RunId;
    /** The pool of which it has a slot, where it is not at work on the same partitions. */
    readonly pool?: string;
  }
  | {
    readonly type: "problem";
    readonly asset: AssetKey;
    readonly range: KeyRange;
    /** How many partitions it is of; 0 where it is none of one. */
    readonly count: number;
    readonly outcome: "failed" | "blocked";
    readonly message: string;
  }
  | { readonly type: "warning"; readonly asset: AssetKey; readonly message: string }
  | {
    readonly type: "step-ended";
    readonly step: number;
    readonly outcome: "succeeded" | "failed" | "blocked" | "cancelled";
    readonly took: Milliseconds;
  };

/** Called with progress as it happens; must not throw. */
export type Observer = (progress: Progress) => void;
