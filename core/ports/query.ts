import { WrongUseError } from "../errors.ts";
import type { Milliseconds } from "../instant.ts";
import type { TableDefinition, ViewDefinition } from "./catalog.ts";
import type { FileRef } from "./publisher.ts";

/** The format of an answer; `table` is for people. */
export type AnswerFormat = "table" | "csv" | "json" | "parquet" | "arrow";

/** A column of an answer, with its type in the engine's words. */
export interface AnswerColumn {
  readonly name: string;
  readonly type: string;
}

/** A statement was refused: one line on why. */
export class RefusedError extends WrongUseError {
  override readonly name: string = "RefusedError";
}

/** The lake's files are not what was published: one line that names one of them, and what makes it again. */
export class DamageError extends Error {
  override readonly name = "DamageError";

  /** @param path The damaged file's, from the lake's root; undefined where it is not known. */
  constructor(message: string, readonly path: string | undefined, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The limits of one answer. */
export interface QueryLimits {
  /** Time spent on the answer, without the time that its reader takes. */
  readonly timeout: Milliseconds;
  /** Bytes of memory of the whole process. */
  readonly memory: number;
  /** Rows that the format `table` shows. */
  readonly rows: number;
}

/** A part of tables whose files' paths have a column, such as days: its values from one to another, both inclusive. */
export interface TablePart {
  readonly column: string;
  readonly from: string;
  readonly to: string;
}

/** The bounds and the format of one query. */
export interface QueryOptions {
  readonly format: AnswerFormat;
  readonly limits: QueryLimits;
  readonly signal: AbortSignal;
  /** Whether a terminal shows the answer: control characters in its texts are then written as escapes. */
  readonly terminal: boolean;
  /** The width that the format `table` keeps to, in columns. @default any */
  readonly width?: number;
  /** Whether JSON begins with a line of its own: the answer's columns, as `AnswerColumn`s. @default false */
  readonly head?: boolean;
  /** Files whose paths have another value of the column are not looked at: a damaged one keeps nobody. @default all are */
  readonly part?: TablePart;
  /** Told, in one line each, of what the catalog holds and cannot be used, where the statement does not need it. */
  readonly warn: (message: string) => void;
}

/** Answers one reading statement over the lake's tables and views. */
export interface Query {
  /**
   * The answer's bytes, piece by piece.
   *
   * @throws {DamageError} If a file that it reads is not what was published.
   * @throws {RefusedError} If it is not one reading statement over the catalog's tables and views.
   */
  run(statement: string, options: QueryOptions): AsyncIterable<Uint8Array>;
}

/** The place of a fault in a statement, both from 1, and what it is, in one line. */
export interface ViewFault {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** Tries entries of the catalog, before they are in it, against what they read. */
export interface Binder {
  /** Tries a view against the tables and views that it reads. @returns Why it could not be read; undefined if it can. */
  bind(view: ViewDefinition, signal: AbortSignal): Promise<ViewFault | undefined>;
  /** Reads files below its location as rows of a table. @returns Why they are none, in one line; undefined if they are. */
  read(
    table: TableDefinition,
    files: readonly FileRef[],
    signal: AbortSignal,
  ): Promise<string | undefined>;
}
