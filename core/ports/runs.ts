import type { AssetKey, RunId } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { Json } from "./key_value.ts";
import type { LogLevel } from "./log.ts";

/** How a run stands, or how it ended. */
export type RunStatus = "running" | "succeeded" | "failed" | "cancelled" | "interrupted";

/** A run as the state keeps it. */
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

/** One step of a run: some partitions of one asset, made by one call of its code. */
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

/** A line of a step's log. */
export interface LogEntry {
  readonly step: number;
  readonly at: Instant;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, Json>>;
}

/** Runs with their steps and logs. */
export interface Runs {
  beginRun(request: Json, at: Instant): Promise<RunId>;
  endRun(run: RunId, status: RunStatus, summary: Json, at: Instant): Promise<void>;
  /** Newest first; with a command, those whose request names it. */
  runs(limit: number, command?: string): Promise<readonly RunRecord[]>;
  run(id: RunId): Promise<{ readonly run: RunRecord; readonly steps: readonly StepRecord[] } | undefined>;
  log(run: RunId, entries: readonly LogEntry[]): Promise<void>;
  logs(run: RunId): Promise<readonly LogEntry[]>;
}
