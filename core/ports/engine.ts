import type { Column, FileFormat } from "./table.ts";
import type { Written } from "./object_store.ts";
import type { FileRef } from "./publisher.ts";

/** A value of a row. */
export type Value = string | number | boolean | null;
/** A row of an answer, values by column. */
export type Row = Readonly<Record<string, Value>>;

/** A file that a program reads, and the partition that it is of (null: none of those wanted can do without it). */
export interface InputFile {
  readonly ref: FileRef;
  readonly partition: string | null;
}

/**
 * A table that a program reads by name: files of the lake, or a few rows by value. Timestamps are UTC.
 *
 * Of Parquet and CSV files it also has `file`, the path, and `file_row`. CSV (RFC 4180, UTF-8, `.gz` by name) is read as
 * text, whatever the columns' types: the header names the columns in any order, an empty field is null, and a row that is
 * no record is there with its text in `unparsed`, which is null in all others.
 */
export type InputTable =
  & { readonly columns: readonly Column[] }
  & ({ readonly format: FileFormat; readonly files: readonly InputFile[] } | {
    readonly rows: readonly Row[];
  });

/** A program of the project over named tables: `marts/x` is `sql/marts/x.sql` to one engine and a job script to another. */
export interface Program {
  readonly name: string;
  readonly inputs: Readonly<Record<string, InputTable>>;
}

/** A question in SQL, in DuckDB's dialect, over named tables. */
export interface Question extends Program {
  readonly statement: string;
}

/**
 * A program whose rows are written to staged files, one a partition. It answers the written columns, the partition's, the
 * counts (integers that are summed for each partition and not written), and whether a row is written or only counted.
 */
export interface Transform extends Program {
  /** The columns to write, in this order. */
  readonly columns: readonly Column[];
  /** The answer's columns that are written by another name, by that name. */
  readonly answered?: Readonly<Record<string, string>>;
  /** Each file is sorted by these columns of the answer, which need not be written. */
  readonly sort: readonly string[];
  /** The column that names a row's partition. */
  readonly partition: string;
  readonly counts: readonly string[];
  /** The boolean column that says which rows are written. @default all are */
  readonly written?: string;
  /**
   * Whether rows of partitions that are not wanted, or of none, may be answered; they are left out.
   *
   * @default false: such rows fail the wanted ones
   */
  readonly answersOthers?: boolean;
  /** The wanted partitions by key, and the path below the lake's root at which to stage each one's file. */
  readonly outputs: readonly { readonly partition: string; readonly temporary: string }[];
  /**
   * The wanted partitions that cannot do without the files of another, by its key; asked for once a file cannot be read.
   *
   * @default a partition needs its own
   */
  readonly readers?: () => ReadonlyMap<string, readonly string[]>;
}

/** The outcome of one wanted partition. */
export type Transformed =
  | {
    readonly status: "done";
    readonly partition: string;
    readonly rows: number;
    /** The staged file; absent where there are no rows. */
    readonly written?: Written;
    readonly counts: Readonly<Record<string, number>>;
    /**
     * Lines that are not blank in its CSV files, without their headers, counted on the bytes; absent where it reads
     * none.
     */
    readonly lines?: number;
    /** Whether its rows were evaluated for another table, of the same program and inputs. */
    readonly shared?: boolean;
  }
  | { readonly status: "failed"; readonly partition: string; readonly reason: string };

/** The columns that a file holds; or why it cannot be read. */
export type Described =
  | { readonly status: "read"; readonly columns: readonly { readonly name: string; readonly type: string }[] }
  | { readonly status: "failed"; readonly reason: string };

/** Runs programs over files of the lake, wherever its tables are big. */
export interface Engine {
  /**
   * Makes the wanted partitions; those that cannot do without a file that is unreadable fail.
   *
   * @throws {EngineError} If it is unreadable and no partition can do without it, or it is not known which can.
   */
  transform(transform: Transform, signal: AbortSignal): Promise<readonly Transformed[]>;
  /** The columns of Parquet files, in order; types are Arrow's where they are among `ColumnType`. */
  describe(files: readonly FileRef[], signal: AbortSignal): Promise<readonly Described[]>;
  /**
   * The few rows that a question answers. Tables of Parquet files also have `file`, a path below the lake's root, and
   * `file_row`.
   */
  query(question: Question, signal: AbortSignal): Promise<readonly Row[]>;
}

/** A program could not be run: the message says of which file, and why. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
