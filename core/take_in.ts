import type { Instant } from "./instant.ts";
import type { Output } from "./output.ts";
import type { FileRef } from "./ports/publisher.ts";
import type { KeptFile } from "./ports/versions.ts";

/** A version of a partition, as its files in the lake show it. */
export interface TakenIn extends Pick<Output, "partition" | "dataVersion" | "rows" | "metadata" | "asOf"> {
  readonly files: readonly FileRef[];
  /** One line on why it is to be made again, where a file is not whole. */
  readonly damage?: string;
}

/** The argument of `takeIn`. */
export interface TakeInContext<Resources> {
  readonly resources: Resources;
  /** Earlier versions of the files at or below a folder of the lake, oldest first. */
  readonly kept: (folder: string) => Promise<readonly KeptFile[]>;
  /** Measures files of the lake; undefined where there is none. */
  readonly measure: (paths: readonly string[]) => Promise<(FileRef | undefined)[]>;
  /** Shows one line about files that cannot be taken in. */
  readonly warn: (message: string) => void;
  /** Shows how far it is, such as `progress(24, 48, "hours")`. */
  readonly progress: (done: number, total: number, unit: string) => void;
  readonly now: Instant;
  readonly signal: AbortSignal;
}

/**
 * Finds an asset's files in the lake, for a state that was lost, and changes none: yields lists of versions, of each
 * partition the earlier ones first and the present one last.
 */
export type TakeIn<Resources> = (context: TakeInContext<Resources>) => AsyncIterable<readonly TakenIn[]>;
