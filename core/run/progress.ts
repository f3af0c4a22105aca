import type { Outlook } from "../asset.ts";
import type { AssetKey, RunId } from "../event.ts";
import type { Milliseconds } from "../instant.ts";

/** Partitions by key; equal ends for a single one, null for the unpartitioned. */
export interface KeyRange {
  readonly from: string | null;
  readonly to: string | null;
}

/** What a run tells while it goes on. */
export type Progress =
  | { readonly type: "run-started"; readonly run: RunId }
  | { readonly type: "recovered"; readonly run: RunId; readonly completed: number; readonly reverted: number }
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
  | { readonly type: "retrying"; readonly step: number; readonly error: string; readonly after: Milliseconds }
  | {
    /** Whether another run's work begins to be waited for, or does no longer. */
    readonly type: "waiting" | "waited";
    readonly asset: AssetKey;
    readonly range: KeyRange;
    readonly run: RunId;
  }
  | {
    readonly type: "problem";
    readonly asset: AssetKey;
    readonly range: KeyRange;
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

/** Told of progress as it happens; must not throw. */
export type Observer = (progress: Progress) => void;
