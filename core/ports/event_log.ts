import type { CheckResult } from "../check.ts";
import type {
  AssetEvent,
  AssetKey,
  CodeRecord,
  Materialized,
  NewEvent,
  NumberedEvent,
  RunId,
  Seq,
} from "../event.ts";
import type { Instant } from "../instant.ts";
import type { PartitionSpec } from "../partition/partition_set.ts";
import type { OrdinalRange } from "../partition/ranges.ts";
import type { ClaimToken, Intent } from "./claims.ts";
import type { Lead } from "./leads.ts";
import type { FileRef } from "./publisher.ts";
import type { StepRecord } from "./runs.ts";

/** An asset's declaration, as the state registers it. */
export interface DeclaredAsset {
  readonly key: AssetKey;
  readonly partitions: PartitionSpec;
  readonly record: CodeRecord;
}

/** An asset that the state knows. */
export interface RegisteredAsset {
  readonly key: AssetKey;
  /** With the append-only order of static keys. */
  readonly partitions: PartitionSpec;
  /** The id of a code record: the one that it was declared with, or, of what `assets` lists, the present one. */
  readonly codeId: number;
}

/** The options of `register`. */
export interface Registering {
  /** Whether code that others registered since this one last was stays the present one. @default false */
  readonly yielding?: boolean;
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
  readonly codeId: Int32Array;
  /** STANDS, EXPIRED, WIPED or DAMAGED. */
  readonly status: Uint8Array;
  readonly checksPassed: Uint8Array;
  readonly checksFailed: Uint8Array;
  /** 32 bytes a row; zero where wiped. */
  readonly members: Uint8Array;
  /** 32 bytes for each edge of the row's code record, row after row; none where wiped. */
  readonly edges: Uint8Array;
}

/** A failure over a range of partitions. It applies to partitions last materialized before it, and may shrink to them. */
export interface Failure extends OrdinalRange {
  readonly asset: AssetKey;
  readonly seq: Seq;
  readonly at: Instant;
  readonly reason: "error" | "check" | "outage";
  readonly message: string;
  /** As `Failed` has it. */
  readonly codeId?: number;
}

/** A due mark over a range of partitions; it applies to partitions last materialized before it, and may shrink to them. */
export interface DueMark extends OrdinalRange {
  readonly asset: AssetKey;
  readonly seq: Seq;
  readonly detail: string;
}

/** All that staleness needs, as of one event number. */
export interface Snapshot {
  readonly seq: Seq;
  readonly assets: ReadonlyMap<AssetKey, AssetSnapshot>;
  /** By the numbers that rows name. */
  readonly codeRecords: ReadonlyMap<number, CodeRecord>;
  /** The id of each asset's present code record: that of the last registration. To who only reads it is its own. */
  readonly registered: ReadonlyMap<AssetKey, number>;
  readonly failures: readonly Failure[];
  readonly due: readonly DueMark[];
}

/** A file of a latest materialization. */
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

/** A change of the log, its projections, the claim and the run in one transaction. */
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
  /** Under which it happens: once that has passed on, nothing is written, and it throws a {@linkcode PassedLeadError}. */
  readonly lead?: Lead;
}

/** The outcome of a commit. */
export type Committed =
  /** The events bear the numbers up to `seq`, in order; without events it is the number of the last one there is. */
  | { readonly status: "committed"; readonly seq: Seq }
  /** The claim had passed to another worker; nothing was written. */
  | { readonly status: "superseded" }
  /** Publications about to begin name files of other partitions; nothing was written. */
  | { readonly status: "taken"; readonly places: readonly Taken[] };

/** The latest materialization of a partition: its event, and whether its files expired. */
export interface MaterializationRecord {
  readonly partition: number;
  readonly seq: Seq;
  readonly expired: boolean;
  readonly event: Materialized;
}

/** A filter of an asset's events; all that is given must hold. */
export interface EventFilter {
  /** Only events of this partition. */
  readonly partition?: number;
  readonly kinds?: readonly AssetEvent["kind"][];
  /** Only events with a lesser number, newest first. */
  readonly before?: Seq;
  /** Only events with a greater number, oldest first. */
  readonly after?: Seq;
}

/** A figure of a materialization: its rows, the bytes of its files, or a number in its metadata by name. */
export type SeriesField = "rows" | "bytes" | { readonly metadata: string };

/** A figure over neighbouring partitions: its least and greatest value and its sum. */
export interface SeriesBucket extends OrdinalRange {
  /** How many partitions have the number. */
  readonly count: number;
  readonly least: number;
  readonly most: number;
  readonly sum: number;
}

/** The numbered, append-only log of events, and the latest materialization of each partition, kept from it. */
export interface EventLog {
  /**
   * Makes the assets known, with their code as the present one; static keys keep their places, new ones are appended. What
   * is other than before is an event, but for the first assets of all; where nothing is, nothing is written.
   */
  register(
    assets: readonly DeclaredAsset[],
    at: Instant,
    options?: Registering,
  ): Promise<RegisteredAsset[]>;
  /** Every asset that was ever registered, whether or not it is still declared. */
  assets(): Promise<RegisteredAsset[]>;
  snapshot(assets: readonly AssetKey[]): Promise<Snapshot>;
  /** The events after `seq`, in order; at most `limit` of them. @default all */
  since(seq: Seq, limit?: number): Promise<readonly AssetEvent[]>;
  /** The events of a run, in order. */
  events(
    run: RunId,
    page: { readonly after: Seq; readonly limit: number },
  ): Promise<readonly NumberedEvent[]>;
  /** How many partitions a run has materialized, by events up to a number. */
  madeBy(run: RunId, until: Seq): Promise<number>;
  /** The events of an asset, newest first unless they are asked for after a number. */
  eventsOf(asset: AssetKey, limit: number, filter?: EventFilter): Promise<readonly AssetEvent[]>;
  commit(commit: Commit): Promise<Committed>;

  /** The latest materialization of each partition in the ranges, ascending; none of wiped and missing ones. */
  materializations(
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
  ): Promise<readonly MaterializationRecord[]>;
  /**
   * A figure of the latest materializations in a range, summed in so many buckets of equally many partitions; empty
   * ones are left out.
   */
  series(
    asset: AssetKey,
    field: SeriesField,
    range: OrdinalRange,
    buckets: number,
  ): Promise<readonly SeriesBucket[]>;
  /** The files below a folder of the lake, or its one file of that path, that latest materializations name, by path. */
  filesBelow(folder: string): Promise<readonly PublishedFile[]>;
  /** The files at these paths that latest materializations name, by path. */
  filesAt(paths: readonly string[]): Promise<readonly PublishedFile[]>;
  /** All materializations of one partition since it was last wiped, newest first. */
  history(asset: AssetKey, partition: number): Promise<readonly (Materialized & { readonly seq: Seq })[]>;
  /** The results of the newest check of latest materializations, by partition; none of those that were not checked again. */
  rechecked(
    asset: AssetKey,
    ranges: readonly OrdinalRange[],
  ): Promise<ReadonlyMap<number, readonly CheckResult[]>>;
}
