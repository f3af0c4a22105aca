import type { AssetKey, Materialized, RunId, Seq } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { OrdinalRange } from "../partition/ranges.ts";
import type { FileRef, Replacement } from "./publisher.ts";

/** A claimed range of partitions. */
export interface LiveClaim extends OrdinalRange {
  readonly asset: AssetKey;
  readonly run: RunId;
}

/** The partitions of one asset that a run has claimed, whether or not its worker lives. */
export interface Holding {
  readonly run: RunId;
  readonly asset: AssetKey;
  readonly ranges: readonly OrdinalRange[];
  /** Whether its worker lives; what one that is no more left behind is taken over by `recover`. */
  readonly alive: boolean;
  /** Where the worker runs or ran; null where it let go and left publications open. */
  readonly place: { readonly host: string; readonly pid: number } | null;
}

/** Names one claim; it fences what is done under it. */
export type ClaimToken = number;

/** The answer to a claim: the partitions that were granted, and who holds the others. */
export interface ClaimAnswer {
  /** Absent when nothing was free. */
  readonly granted?: {
    readonly token: ClaimToken;
    readonly ranges: readonly OrdinalRange[];
    /** The number of the last event when it was granted. */
    readonly seq: Seq;
  };
  readonly held: readonly (LiveClaim & { readonly abandoned: boolean })[];
  /** A run that has the slot, or comes first, where nothing was granted for want of one. */
  readonly full?: RunId;
}

/** A publication that was begun: enough to complete it, or to put back what stood before. */
export interface Intent {
  readonly event: Materialized;
  readonly replacements: readonly Replacement[];
  readonly measured: readonly FileRef[];
}

/** A claim that a dead worker left behind, now this worker's, with the publications that it had begun. */
export interface Adopted {
  readonly token: ClaimToken;
  readonly asset: AssetKey;
  readonly ranges: readonly OrdinalRange[];
  readonly run: RunId;
  readonly intents: readonly Intent[];
}

/** A step of a run that begins with a claim. */
export interface StepStart {
  /** Its place in the run, from 1. */
  readonly step: number;
  readonly at: Instant;
}

/** A run that waits for a slot, and one that has it. */
export interface SlotWait {
  readonly run: RunId;
  readonly pool: string;
  readonly holder: RunId;
}

/** A place in a pool that a step has as long as its claim. */
export interface Slot {
  readonly pool: string;
  /** So many claims of living workers have one at once, whatever runs and processes they are of. */
  readonly most: number;
}

/** Claims on partitions: while a worker holds one, no other writes them. A claim lives as long as its worker. */
export interface Claims {
  /**
   * Claims what is free of the ranges of one asset, all in one token. Without a slot that is free nothing is granted, and
   * the run waits for one from then on: those of higher priority that wait come first.
   *
   * @param begins The step over what is granted; it is recorded with the claim.
   */
  claim(
    run: RunId,
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
    begins?: StepStart,
    slot?: Slot,
  ): Promise<ClaimAnswer>;
  /** The runs of living workers that wait for a slot of a pool, each with one that has it. */
  slotWaits(): Promise<readonly SlotWait[]>;
  /** Says that the run no longer waits for a slot of the pool, as it has nothing to do there. */
  leave(run: RunId, pool: string): Promise<void>;
  /** Whether a run of higher priority waits for the slot that a claim has. */
  isWanted(token: ClaimToken): Promise<boolean>;
  /**
   * Ends a claim without a commit; a superseded one is no error. While publications of it are open, it is left to the
   * next `recover`, as one that a dead worker left behind.
   */
  release(token: ClaimToken): Promise<void>;
  /** The claims of live workers. */
  claims(): Promise<readonly LiveClaim[]>;
  /** Every claim, those of workers that are no more among them. */
  holdings(): Promise<readonly Holding[]>;
  /**
   * Ends what a run holds, whether or not its worker lives: its commits are superseded from now on. Where publications
   * are open, the claim is left to the next `recover`. A run that has not ended is interrupted.
   */
  free(run: RunId, at: Instant): Promise<void>;
  /**
   * Takes over the claims of workers that are no more; their runs are queued again or, where nobody queued them,
   * interrupted.
   */
  recover(at: Instant): Promise<readonly Adopted[]>;
}
