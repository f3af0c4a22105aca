import type { Instant } from "./instant.ts";
import type { OrdinalRange } from "./partition/ranges.ts";
import type { FileRef, Staged } from "./ports/publisher.ts";

/** A typed fact about an output, for people to look at: it never enters a data version. */
export type MetadataValue =
  | { readonly type: "number" | "seconds" | "bytes"; readonly value: number }
  | { readonly type: "text" | "path" | "url"; readonly value: string }
  | { readonly type: "table"; readonly value: readonly Readonly<Record<string, string | number | null>>[] }
  | { readonly type: "schema"; readonly value: readonly { readonly name: string; readonly type: string }[] };

/** Values by name that a materialization carries, to be read by people and charts. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** The output of an asset for one partition: data about files that are staged, not yet part of the lake. */
export interface Output {
  /** The partition's ordinal. */
  readonly partition: number;
  /** Names the content: equal versions are equal content. */
  readonly dataVersion: string;
  readonly rows?: number;
  readonly metadata?: Metadata;
  /** The files that publishing puts in place or takes away. */
  readonly staged?: readonly Staged[];
  /** Files that are put in place together with the partition's own, by the same intent, and are no part of its content. */
  readonly alongside?: readonly Staged[];
  /** Files of the partition that stand already and stay as they are. */
  readonly kept?: readonly FileRef[];
  /** When the source gave this answer. @default the time of the step */
  readonly asOf?: Instant;
}

/** A partition that could not be made, while others of its batch could. */
export interface FailedOutput {
  readonly partition: number;
  /** One line: what was found, what was wanted. */
  readonly error: string;
}

/** The latest materialization of a partition. */
export interface Materialization {
  readonly partition: number;
  readonly key: string | null;
  readonly dataVersion: string;
  readonly files: readonly FileRef[];
  readonly rows: number | null;
  readonly metadata: Metadata;
}

/** A dependency as an asset's code sees it: the latest materializations that the partitions in hand read. */
export interface Input {
  /** The latest materializations of the members, ascending; none of those that are missing. */
  materializations(): Promise<readonly Materialization[]>;
  /** Those of them whose files are there, as far as is known, from the last to the first; read as they are asked for. */
  backwards(): AsyncIterable<Materialization>;
  /** The members of one of the partitions, as ordinals, whether or not they stand. */
  members(partition: number): readonly OrdinalRange[];
}
