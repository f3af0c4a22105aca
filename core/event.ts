import type { CheckResult } from "./check.ts";
import type { Instant } from "./instant.ts";
import type { Metadata } from "./output.ts";
import type { FileRef } from "./ports/publisher.ts";

/** An event's place in the log: the order of commits, from 1. */
export type Seq = number;
/** A run's number in its state, from 1. */
export type RunId = number;
/** An asset's key, `group/name`. */
export type AssetKey = string;

/** The content of a materialization beside its versions. */
export interface Payload {
  readonly files: readonly FileRef[];
  readonly rows: number | null;
  readonly metadata: Metadata;
}

/** The fields of every event. */
export interface EventCommon {
  readonly asset: AssetKey;
  readonly at: Instant;
  /** The run that it belongs to; null for what is reported from outside. */
  readonly run: RunId | null;
}

/** One partition was materialized. */
export interface Materialized extends EventCommon {
  readonly kind: "materialized";
  readonly partition: number;
  readonly dataVersion: string;
  /** The id of the code record that it was made with. */
  readonly codeId: number;
  /** The event number up to which its inputs were read. */
  readonly read: Seq;
  /** Its own fingerprint, 32 bytes: what it adds to the sums of those that read it. */
  readonly member: Uint8Array;
  /** For each content dependency of the code record, in its order, 32 bytes: the sum over the members it read. */
  readonly edges: Uint8Array;
  readonly payload: Payload;
  readonly checks: readonly CheckResult[];
}

/** A range of partitions was forgotten: they are missing from now on. */
export interface Wiped extends EventCommon {
  readonly kind: "wiped";
  readonly from: number;
  readonly to: number;
}

/** The files of a range of partitions went by retention: their versions stay, they cannot be read any more. */
export interface Expired extends EventCommon {
  readonly kind: "expired";
  readonly from: number;
  readonly to: number;
}

/**
 * A range of partitions failed, or was held back by a check; an outage's are those that the service which they ask answered
 * nothing of, as it was down.
 */
export interface Failed extends EventCommon {
  readonly kind: "failed";
  readonly from: number;
  readonly to: number;
  readonly reason: "error" | "check" | "outage";
  readonly message: string;
  /** The id of the code record that it failed with; undefined of what others wrote, and in logs of before 0.3. */
  readonly codeId?: number;
}

/** Checks were run again on a materialized partition. */
export interface Checked extends EventCommon {
  readonly kind: "checked";
  readonly partition: number;
  /** The number of the materialization that was looked at: of another one it says nothing. */
  readonly of: Seq;
  readonly checks: readonly CheckResult[];
}

/** A range of partitions is due to be made again, as its source has further data. */
export interface Due extends EventCommon {
  readonly kind: "due";
  readonly from: number;
  readonly to: number;
  readonly detail: string;
}

/** The code version of an asset and the content dependencies that its materializations carry sums for, in order. */
export interface CodeRecord {
  readonly version: string;
  readonly edges: readonly { readonly upstream: AssetKey; readonly mapping: string }[];
}

/** An asset was registered with new code, which is its present code from now on. */
export interface Registered extends EventCommon {
  readonly kind: "registered";
  readonly codeId: number;
  readonly record: CodeRecord;
}

/** An event to append; it gets its number when it is committed. */
export type NewEvent = Materialized | Wiped | Expired | Failed | Checked | Due;
/** An event that was appended, with its number. */
export type NumberedEvent = NewEvent & { readonly seq: Seq };
/** An event of the log. */
export type AssetEvent = NumberedEvent | (Registered & { readonly seq: Seq });
