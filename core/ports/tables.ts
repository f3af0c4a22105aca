import { RefusedError } from "./query.ts";
import type { AnswerFormat, TablePart } from "./query.ts";
import type { BrokenEntry, Definition } from "./catalog.ts";
import type { Milliseconds } from "../instant.ts";

/** Too many statements are being answered: one is to be asked again in a while. */
export class BusyError extends Error {
  override readonly name = "BusyError";

  constructor(message: string, readonly after: Milliseconds) {
    super(message);
  }
}

/** A statement was not answered, for a reason that is its own: one line. */
export class StatementError extends RefusedError {
  override readonly name = "StatementError";
}

/** What a statement is asked in. */
export interface StatementOptions {
  readonly format: Exclude<AnswerFormat, "table">;
  /** Aborted when nobody waits for the answer any more: whatever is at work ends at once. */
  readonly signal: AbortSignal;
  /** As `QueryOptions` has it. */
  readonly head?: boolean;
  /** As `QueryOptions` has it. */
  readonly part?: TablePart;
  /** Time spent on the answer, without the time that its reader takes. @default a minute */
  readonly timeout?: Milliseconds;
}

/**
 * The lake's tables and views, for a process that answers many: a statement takes none of its time and memory, and
 * cannot harm it.
 */
export interface Tables {
  /** The catalog's entries, by database and name. */
  entries(): Promise<readonly (Definition | BrokenEntry)[]>;
  /**
   * The answer's bytes, once the first of them are there; an error after that ends them.
   *
   * @throws {BusyError} If others are answered, and none of them ended within a few seconds.
   * @throws {DamageError} If a file that it reads is not what was published.
   * @throws {StatementError} If it is not one reading statement over tables and views, or takes more than it may.
   */
  ask(statement: string, options: StatementOptions): Promise<ReadableStream<Uint8Array>>;
}
