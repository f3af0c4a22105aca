import type { Instant } from "./instant.ts";
import type { Output } from "./output.ts";
import type { FileRef } from "./ports/publisher.ts";
import type { KeptFile } from "./ports/versions.ts";

/** A version of a partition as it lies in the lake. */
export interface TakenIn extends Pick<Output, "partition" | "dataVersion" | "rows" | "metadata" | "asOf"> {
  readonly files: readonly FileRef[];
  /** Why it is to be made again, where one of its files is not whole. */
  readonly damage?: string;
}

/** The context of `takeIn`. */
export interface TakeInContext<Resources> {
  readonly resources: Resources;
  /** The versions that are kept of files at or below a folder of the lake, oldest first. */
  readonly kept: (folder: string) => Promise<readonly KeptFile[]>;
  /** Measures files of the lake; undefined where there is none. */
  readonly measure: (paths: readonly string[]) => Promise<(FileRef | undefined)[]>;
  /** Told in a line of what cannot be taken in. */
  readonly warn: (message: string) => void;
  /** Says how far it is, in a unit of the asset's choice. */
  readonly progress: (done: number, total: number, unit: string) => void;
  readonly now: Instant;
  readonly signal: AbortSignal;
}

/**
 * Answers what the lake holds of an asset, for a state that is lost, and changes nothing in the lake: groups of versions,
 * of each partition the earlier ones first, last the one that stands.
 */
export type TakeIn<Resources> = (context: TakeInContext<Resources>) => AsyncIterable<readonly TakenIn[]>;
