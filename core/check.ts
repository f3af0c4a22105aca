import type { FileRef } from "./ports/publisher.ts";
import type { Log } from "./ports/log.ts";
import type { Input, Metadata } from "./output.ts";

/** A blocking check that fails keeps a partition from being published; a warning is recorded and shown. */
export type Severity = "blocking" | "warning";

/** The result of a check on one partition, as it is recorded. */
export interface CheckResult {
  readonly check: string;
  readonly severity: Severity;
  readonly passed: boolean;
  /** The finding and the expectation, in one line; only where the check failed. */
  readonly detail?: string;
  /** A line on each of several subjects, such as cities; only where the check failed. */
  readonly subjects?: Readonly<Record<string, string>>;
}

/** The engine's own check: whether a partition's published files still have the size and hash that were recorded. */
export const FILES_INTACT = "files_intact";

/** Whether results say that the files are damaged; undefined where nobody looked. */
export function damageOf(results: readonly CheckResult[]): boolean | undefined {
  const found = results.find(({ check }) => check === FILES_INTACT);
  return found && !found.passed;
}

/** A check's answer for one partition. */
export interface CheckAnswer {
  readonly check: string;
  readonly partition: number;
  readonly passed: boolean;
  readonly detail?: string;
  readonly subjects?: Readonly<Record<string, string>>;
}

/** A partition under audit: staged and not yet published, or published (for `check`). */
export interface Audited {
  readonly partition: number;
  readonly key: string | null;
  readonly dataVersion: string;
  readonly rows: number | null;
  readonly metadata: Metadata;
  /** Where its files are now, staged or in place, and what they are. */
  readonly files: readonly FileRef[];
}

/** The context of a check. */
export interface CheckContext<Resources> {
  readonly outputs: readonly Audited[];
  /** The dependencies by their names. */
  readonly inputs: Readonly<Record<string, Input>>;
  readonly resources: Resources;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A check by the name under which it answers. */
export interface NamedCheck {
  readonly name: string;
  readonly severity: Severity;
  /** The dependency with whose members it compares: where one of the two stands rolled back, a difference is meant. */
  readonly against?: string;
}

/** One function that answers one or several named checks for a whole batch of partitions at once. */
export interface Check<Resources> {
  readonly checks: readonly NamedCheck[];
  /** A partition and check without an answer count as failed. */
  run(context: CheckContext<Resources>): Promise<readonly CheckAnswer[]>;
}
