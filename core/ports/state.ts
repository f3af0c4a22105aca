import type { CheckResult } from "../check.ts";
import type { AssetKey, Event, Materialized, NewEvent, RunId, Seq } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { PartitionSpec } from "../partition/partition_set.ts";
import type { Range } from "../partition/ranges.ts";
import type { Json, KeyValue } from "./key_value.ts";
import type { LogLevel } from "./log.ts";
import type { FileRef, Replacement } from "./publisher.ts";

/** The code version of an asset and the content dependencies that its materializations carry sums for, in order. */
export interface CodeRecord {
  readonly version: string;
  readonly edges: readonly { readonly upstream: AssetKey; readonly mapping: string }[];
}

/** An asset as the state knows it. */
export interface RegisteredAsset {
  readonly key: AssetKey;
  /** With the append-only order of static keys. */
  readonly partitions: PartitionSpec;
  /** The number of its present code record. */
  readonly code: number;
}

/** How a partition stands: with content, with content whose files expired, wiped, or with files found damaged. */
export const STANDS = 1, EXPIRED = 2, WIPED = 3, DAMAGED = 4;

/** The rows of one asset, ascending by ordinal, packed in parallel arrays. */
export interface AssetSnapshot {
  readonly ordinals: Float64Array;
  /** The number of the last materialization (of the wipe, where wiped). */
  readonly seq: Float64Array;
  /** The number at which the content last changed: came, differed, or went. */
  readonly changed: Float64Array;
  readonly read: Float64Array;
  readonly at: Float64Array;
  readonly code: Int32Array;
  /** STANDS, EXPIRED, WIPED or DAMAGED. */
  readonly status: Uint8Array;
  readonly checksPassed: Uint8Array;
  readonly checksFailed: Uint8Array;
  /** 32 bytes a row; zero where wiped. */
  readonly members: Uint8Array;
  /** 32 bytes for each edge of the row's code record, row after row; none where wiped. */
  readonly edges: Uint8Array;
}

/** A failure over a range of partitions. It speaks of those whose own number is lower, and may shrink to them. */
export interface Failure extends Range {
  readonly asset: AssetKey;
  readonly seq: Seq;
  readonly reason: "error" | "check";
  readonly message: string;
}
/** A due mark over a range of partitions; it speaks of those whose own number is lower, and may shrink to them. */
export interface DueMark extends Range {
  readonly asset: AssetKey;
  readonly seq: Seq;
  readonly detail: string;
}
/** A claimed range of partitions. */
export interface LiveClaim extends Range {
  readonly asset: AssetKey;
  readonly run: RunId;
}

/** What a run holds of one asset, whether or not its worker is still there. */
export interface Holding {
  readonly run: RunId;
  readonly asset: AssetKey;
  readonly ranges: readonly Range[];
  /** Whether its worker lives; what one that is no more left behind is taken over by `recover`. */
  readonly alive: boolean;
  /** Where the worker runs or ran; null where it let go and left publications open. */
  readonly place: { readonly host: string; readonly pid: number } | null;
}

/** All that staleness needs, as of one event number. */
export interface Snapshot {
  readonly seq: Seq;
  readonly assets: ReadonlyMap<AssetKey, AssetSnapshot>;
  /** By the numbers that rows name. */
  readonly codes: ReadonlyMap<number, CodeRecord>;
  readonly failures: readonly Failure[];
  readonly due: readonly DueMark[];
}

export type ClaimToken = number;

/** Which of the wanted partitions are this worker's now, and who holds the others. */
export interface ClaimAnswer {
  /** Absent when nothing was free. */
  readonly granted?: {
    readonly token: ClaimToken;
    readonly ranges: readonly Range[];
    /** The number of the last event when it was granted. */
    readonly seq: Seq;
  };
  readonly held: readonly (LiveClaim & { readonly abandoned: boolean })[];
}

/** A publication that was begun: enough to complete it, or to put back what stood before. */
export interface Intent {
  readonly event: Materialized;
  readonly replacements: readonly Replacement[];
  readonly measured: readonly FileRef[];
}

/** A file of a partition that stands. */
export interface PublishedFile extends FileRef {
  readonly asset: AssetKey;
  readonly partition: number;
}

/** A file that a publication names, and the other partition whose file it is: one that stands, or is being published. */
export interface Taken {
  readonly partition: number;
  readonly path: string;
  readonly by: { readonly asset: AssetKey; readonly partition: number };
}

/** What happens to the log, its projections, the claim and the run in one transaction. */
export interface Commit {
  /**
   * The claim under which it happens: it covers the events' partitions, but for due marks, which may speak of any of its
   * asset. Null for what needs none: reports of external assets, checks of what stands, due marks.
   */
  readonly claim: ClaimToken | null;
  readonly events: readonly NewEvent[];
  /** Publications about to begin. An intent ends with the materialization of its partition under the same claim. */
  readonly intents?: readonly Intent[];
  /** Partitions whose intents are given up. */
  readonly reverted?: readonly number[];
  readonly step?: StepRecord;
  /** Ends the claim; see `State.release`. @default false */
  readonly release?: boolean;
}

export type Committed =
  /** The events bear the numbers up to `seq`, in order; without events it is the number of the last one there is. */
  | { readonly status: "committed"; readonly seq: Seq }
  /** The claim had passed to another worker; nothing was written. */
  | { readonly status: "superseded" }
  /** Publications about to begin name files of other partitions; nothing was written. */
  | { readonly status: "taken"; readonly places: readonly Taken[] };

export type RunStatus = "running" | "succeeded" | "failed" | "cancelled" | "interrupted";

export interface RunRecord {
  readonly id: RunId;
  readonly status: RunStatus;
  readonly started: Instant;
  readonly ended: Instant | null;
  /** What was asked for: the command and its selection. */
  readonly request: Json;
  /** What came of it. */
  readonly summary: Json;
}

export interface StepRecord {
  readonly run: RunId;
  /** Its place in the run, from 1. */
  readonly step: number;
  readonly asset: AssetKey;
  readonly from: number;
  readonly to: number;
  readonly started: Instant;
  readonly ended: Instant;
  /** Blocked where all that went wrong was held back by checks. */
  readonly outcome: "succeeded" | "failed" | "blocked" | "cancelled";
  readonly materialized: number;
  readonly failed: number;
}

export interface LogEntry {
  readonly step: number;
  readonly at: Instant;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, Json>>;
}

/** A materialization as it stands, with what its event carried. */
export interface StandingRecord {
  readonly partition: number;
  readonly seq: Seq;
  readonly expired: boolean;
  readonly event: Materialized;
}

/** A claim that a dead worker left behind, now this worker's, with the publications that it had begun. */
export interface Adopted {
  readonly token: ClaimToken;
  readonly asset: AssetKey;
  readonly ranges: readonly Range[];
  readonly run: RunId;
  readonly intents: readonly Intent[];
}

/**
 * The durable memory of an asset graph: an append-only numbered event log and its projections, claims, runs and logs.
 * A handle belongs to one worker. No transaction spans two calls.
 */
export interface State {
  /** Makes the assets known; static keys keep their places, new ones are appended. */
  register(
    assets: readonly {
      readonly key: AssetKey;
      readonly partitions: PartitionSpec;
      readonly code: CodeRecord;
    }[],
  ): Promise<RegisteredAsset[]>;
  /** Every asset that was ever registered, whether or not it is still declared. */
  assets(): Promise<{ readonly key: AssetKey; readonly partitions: PartitionSpec }[]>;
  snapshot(assets: readonly AssetKey[]): Promise<Snapshot>;
  /** The events after `seq`, in order. */
  since(seq: Seq): Promise<readonly Event[]>;
  /** The events of a run, in order. */
  events(run: RunId, page: { readonly after: Seq; readonly limit: number }): Promise<readonly Event[]>;
  commit(commit: Commit): Promise<Committed>;

  /** Claims what is free of the ranges of one asset, all in one token. */
  claim(run: RunId, asset: AssetKey, ranges: readonly Range[]): Promise<ClaimAnswer>;
  /**
   * Ends a claim without a commit; a superseded one is no error. While publications of it are open, it is left to the
   * next `recover`, as one that a dead worker left behind.
   */
  release(token: ClaimToken): Promise<void>;
  /** What workers that live hold now. */
  claims(): Promise<readonly LiveClaim[]>;
  /** Every claim, those of workers that are no more among them. */
  holdings(): Promise<readonly Holding[]>;
  /**
   * Ends what a run holds, whether or not its worker lives: its commits are superseded from now on. Where publications
   * are open, the claim is left to the next `recover`. A run that has not ended is interrupted.
   */
  free(run: RunId, at: Instant): Promise<void>;
  /** Takes over the claims of workers that are no more, and marks their runs interrupted. */
  recover(at: Instant): Promise<readonly Adopted[]>;

  /** What stands in the ranges, ascending; wiped and missing partitions are left out. */
  standing(asset: AssetKey, ranges: readonly Range[]): Promise<readonly StandingRecord[]>;
  /** The files below a folder of the lake, or its one file of that path, that latest materializations name, by path. */
  filesBelow(folder: string): Promise<readonly PublishedFile[]>;
  /** All materializations of one partition since it was last wiped, newest first. */
  history(asset: AssetKey, partition: number): Promise<readonly (Materialized & { readonly seq: Seq })[]>;
  /** The results of the newest check of what stands; undefined where it was not checked since it was made. */
  rechecked(asset: AssetKey, partition: number): Promise<readonly CheckResult[] | undefined>;

  beginRun(request: Json, at: Instant): Promise<RunId>;
  endRun(run: RunId, status: RunStatus, summary: Json, at: Instant): Promise<void>;
  /** Newest first; with a command, those whose request names it. */
  runs(limit: number, command?: string): Promise<readonly RunRecord[]>;
  run(id: RunId): Promise<{ readonly run: RunRecord; readonly steps: readonly StepRecord[] } | undefined>;
  log(run: RunId, entries: readonly LogEntry[]): Promise<void>;
  logs(run: RunId): Promise<readonly LogEntry[]>;

  readonly keyValue: KeyValue;
  /** Releases this worker's claims. */
  close(): Promise<void>;
}

/** The state cannot be used: one line that says where it is, what was found and what was wanted. */
export class StateError extends Error {
  override readonly name: string = "StateError";
}

/** The place that is configured can hold no state of this version: another is wanted, and nothing was changed. */
export class StatePlaceError extends StateError {
  override readonly name = "StatePlaceError";
}
