import type { AssetKey, RunId } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { KeyRange } from "../partition/range_text.ts";
import type { Json } from "./key_value.ts";
import type { LogLevel } from "./log.ts";

/** The command of a run: `drop` forgets assets that are no longer declared, `rebuild` took in what the lake holds. */
export type RunCommand = "materialize" | "check" | "rollback" | "wipe" | "prune" | "drop" | "rebuild";

/** Neighbouring partitions of one asset. */
export interface AssetRange extends KeyRange {
  readonly asset: AssetKey;
}

/** A run as data: recorded when it begins, shown, and executed. */
export interface RunRequest {
  readonly command: RunCommand;
  /** The partitions that it covers; upstream assets come first. */
  readonly ranges: readonly AssetRange[];
  /** Whether what is fresh is materialized, too. @default false */
  readonly force?: boolean;
  /** How the ranges were requested, to be shown: an expression that chose the assets, and bounds or keys. */
  readonly selection?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly partitions?: readonly string[];
  readonly all?: boolean;
  /** Of one that waits for a worker: when its ranges were all that they name. What exists since is another run's. */
  readonly asOf?: Instant;
  /** Of a `prune`: what happened before is forgotten. @default nothing */
  readonly before?: Instant;
  /** The queued run of the highest priority is taken first. @default 0 */
  readonly priority?: number;
  /** Labels by which whoever requested it finds it again. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Names the request for good: a key that was ever used never runs again. */
  readonly key?: string;
  /** The run that this one goes on with. */
  readonly parent?: RunId;
}

/** The status of a run. */
export type RunStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "interrupted";

/** A run as the state keeps it. */
export interface RunRecord {
  readonly id: RunId;
  readonly status: RunStatus;
  /** When its worker began; while it is queued, when it was. */
  readonly started: Instant;
  readonly ended: Instant | null;
  readonly request: RunRequest;
  /** The result. */
  readonly summary: Json;
}

/** A filter of runs; all that is given must hold. */
export interface RunFilter {
  readonly command?: RunCommand;
  readonly statuses?: readonly RunStatus[];
  /** Its partitions are among those that the run covers. */
  readonly asset?: AssetKey;
  readonly parent?: RunId;
  /** They began, or were queued, then or later. */
  readonly since?: Instant;
  /** They began, or were queued, earlier. */
  readonly until?: Instant;
  /** They have a lesser number: the page after this run. */
  readonly before?: RunId;
}

/** One step of a run: claimed partitions of one asset, made by its code. */
export interface StepRecord {
  readonly run: RunId;
  /** Its place in the run, from 1. */
  readonly step: number;
  readonly asset: AssetKey;
  readonly from: number;
  readonly to: number;
  readonly started: Instant;
  /** Null while it is at work. */
  readonly ended: Instant | null;
  /**
   * Blocked where all that went wrong was held back by checks; interrupted where the run ended without it, or its claim
   * passed to another worker.
   */
  readonly outcome: "running" | "succeeded" | "failed" | "blocked" | "cancelled" | "interrupted";
  readonly materialized: number;
  readonly failed: number;
}

/** A line of a step's log. */
export interface LogEntry {
  readonly step: number;
  readonly at: Instant;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, Json>>;
}

/** A recorded line; numbers ascend within a run. */
export interface KeptLogEntry extends LogEntry {
  readonly line: number;
}

/** A page of a run's log. */
export interface LogPage {
  readonly step?: number;
  /** They have a greater number. @default 0 */
  readonly after?: number;
  /** They have a lesser number; of more than `limit` the last ones are answered, in order as always. */
  readonly before?: number;
  /** @default all */
  readonly levels?: readonly LogLevel[];
  /** @default all */
  readonly limit?: number;
}

/** Runs with their steps and logs. A step begins with its claim and ends with a commit. */
export interface Runs {
  /** Begins a run that nobody else may take: enqueues it and takes it at once. It has no key. */
  beginRun(request: RunRequest, at: Instant): Promise<RunId>;
  endRun(run: RunId, status: RunStatus, summary: Json, at: Instant): Promise<void>;
  /** Newest first. */
  runs(limit: number, filter?: RunFilter): Promise<readonly RunRecord[]>;
  /** How some stand or ended, asked at once; those that are not known any more are left out. */
  runStatuses(runs: readonly RunId[]): Promise<ReadonlyMap<RunId, RunStatus>>;
  /** How many stand or ended how; those that were forgotten are counted no more. */
  runCounts(): Promise<Readonly<Record<RunStatus, number>>>;
  /** The same of those that began, or were queued, from one instant until the next, for each but the last; ascending. */
  runCountsBetween(bounds: readonly Instant[]): Promise<readonly Readonly<Record<RunStatus, number>>[]>;
  run(id: RunId): Promise<{ readonly run: RunRecord; readonly steps: readonly StepRecord[] } | undefined>;
  log(run: RunId, entries: readonly LogEntry[]): Promise<void>;
  logs(run: RunId, page?: LogPage): Promise<readonly KeptLogEntry[]>;
}
