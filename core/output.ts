import type { Instant } from "./instant.ts";
import type { OrdinalRange } from "./partition/ranges.ts";
import type { FileRef, Staged } from "./ports/publisher.ts";

/** A typed fact about an output, shown to people; it has no part in the data version. */
export type MetadataValue =
  | { readonly type: "number" | "seconds" | "bytes"; readonly value: number }
  | { readonly type: "text" | "path" | "url"; readonly value: string }
  | { readonly type: "table"; readonly value: readonly Readonly<Record<string, string | number | null>>[] }
  | { readonly type: "schema"; readonly value: readonly { readonly name: string; readonly type: string }[] };

/** Facts about a materialization by name, for people and charts. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/**
 * The output of `materialize` for one partition. Its files are staged; the engine publishes them once checks have
 * passed.
 */
export interface Output {
  /** The partition's ordinal. */
  readonly partition: number;
  /** A name of the content, such as its SHA-256: while it stays the same, nothing downstream becomes stale. */
  readonly dataVersion: string;
  /** The number of rows, for people. */
  readonly rows?: number;
  readonly metadata?: Metadata;
  /** The partition's files that are put in place, or deleted. */
  readonly staged?: readonly Staged[];
  /** Files that are put in place together with the partition's own, and do not belong to it. */
  readonly alongside?: readonly Staged[];
  /** Files of the partition that are in place already and stay. */
  readonly kept?: readonly FileRef[];
  /** The time at which the source gave this answer; `due` is given it. @default the time of the step */
  readonly asOf?: Instant;
}

/** The failure of one partition, while others of its batch go on. */
export interface FailedOutput {
  /** The partition's ordinal. */
  readonly partition: number;
  /** One line: what was found, what was wanted. */
  readonly error: string;
}

/** The latest materialization of a partition. */
export interface Materialization {
  /** The partition's ordinal. */
  readonly partition: number;
  readonly key: string | null;
  readonly dataVersion: string;
  readonly files: readonly FileRef[];
  readonly rows: number | null;
  readonly metadata: Metadata;
}

/** A dependency as an asset's code sees it: the upstream partitions (members) that the partitions to make read. */
export interface Input {
  /** The latest materializations of the members, ascending; none of those that are missing. */
  materializations(): Promise<readonly Materialization[]>;
  /** The same from the last to the first, read one by one, without those whose files have expired or are damaged. */
  backwards(): AsyncIterable<Materialization>;
  /**
   * The members of one partition, by ordinals, whether or not they are there.
   *
   * @param partition The reading partition's ordinal.
   */
  members(partition: number): readonly OrdinalRange[];
}
