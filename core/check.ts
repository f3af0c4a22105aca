import type { FileRef } from "./ports/publisher.ts";
import type { Log } from "./ports/log.ts";
import type { Input, Metadata } from "./output.ts";

/** A blocking check that fails keeps a partition from being published; a warning is recorded and shown. */
export type Severity = "blocking" | "warning";

/** The recorded result of a check on one partition. */
export interface CheckResult {
  readonly check: string;
  readonly severity: Severity;
  readonly passed: boolean;
  /** One line: what was found, what was wanted; only of a failed check. */
  readonly detail?: string;
  /** One line for each of several subjects, such as cities, by name; only of a failed check. */
  readonly subjects?: Readonly<Record<string, string>>;
}

/** The engine's own check: whether a partition's published files still have the size and hash that were recorded. */
export const FILES_INTACT = "files_intact";

/** Whether results say that the files are damaged; undefined where nobody looked. */
export function damageOf(results: readonly CheckResult[]): boolean | undefined {
  const found = results.find(({ check }) => check === FILES_INTACT);
  return found && !found.passed;
}

/** The answer of one check for one partition. */
export interface CheckAnswer {
  /** The check's name. */
  readonly check: string;
  /** The partition's ordinal. */
  readonly partition: number;
  readonly passed: boolean;
  /** One line where it failed: what was found, what was wanted. */
  readonly detail?: string;
  readonly subjects?: Readonly<Record<string, string>>;
}

/** A partition to be checked: staged and not yet published or, for the command `check`, published. */
export interface Audited {
  /** Its ordinal. */
  readonly partition: number;
  readonly key: string | null;
  readonly dataVersion: string;
  readonly rows: number | null;
  readonly metadata: Metadata;
  /** Its files where they are now, staged or in place. */
  readonly files: readonly FileRef[];
}

/** The argument of a check. */
export interface CheckContext<Resources> {
  /** The partitions to check. */
  readonly outputs: readonly Audited[];
  /** The dependencies by their names. */
  readonly inputs: Readonly<Record<string, Input>>;
  readonly resources: Resources;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A check's name and severity. */
export interface NamedCheck {
  readonly name: string;
  readonly severity: Severity;
  /** The dependency that it compares with: while one of the two is rolled back, its failure only warns. */
  readonly against?: string;
}

/** One or several named checks, answered by one function for a batch of partitions. */
export interface Check<Resources> {
  readonly checks: readonly NamedCheck[];
  /** Answers every check for every partition; one without an answer counts as failed. */
  run(context: CheckContext<Resources>): Promise<readonly CheckAnswer[]>;
}
