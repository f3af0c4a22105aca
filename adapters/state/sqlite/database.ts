import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { StateError } from "../../../core/ports/state.ts";

/** How long a statement waits for another process's transaction, in milliseconds. */
const BUSY_TIMEOUT = 60_000;

/** What SQLite says, and what it means to the one whose state it is. */
const faults: readonly (readonly [says: RegExp, line: (path: string, says: string) => string])[] = [
  [
    /not a database/,
    (path) => `opening the state: ${path} is no SQLite database, wanted a state or a new file`,
  ],
  [
    /unable to open/,
    (path) => `opening the state: ${path} cannot be opened, wanted a file in a writable folder`,
  ],
  [
    /readonly/,
    (path) => `writing the state: ${path} is read-only, wanted a writable file in a writable folder`,
  ],
  [/disk is full/, (path) => `writing the state: the disk of ${path} is full, wanted free space`],
  [
    /disk I\/O/,
    (path, says) => `using the state: ${path} met a "${says}", wanted a sound disk with free space`,
  ],
  [/malformed/, (path, says) => `reading the state: ${path} is damaged ("${says}"), wanted a whole file`],
  [/is locked/, (path) => `using the state: ${path} stays locked, wanted other programs to let go of it`],
];

/** The error as a `StateError` where it speaks of the file and not of a fault of the program. */
export function asStateError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StateError) return error;
  const fault = faults.find(([says]) => says.test(error.message));
  return fault === undefined
    ? error
    : new StateError(fault[1](JSON.stringify(path), error.message), { cause: error });
}

/** A SQLite file in WAL mode, with its statements kept prepared. */
export class Database {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.#path = path;
    try {
      this.#db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
    } catch (error) {
      throw asStateError(path, error);
    }
  }

  /** Statements without parameters or results. */
  exec(sql: string): void {
    this.#guard(() => this.#db.exec(sql));
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values)) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#guard(() => this.#prepare(sql).all(...values)) as Row[];
  }

  /** @returns How many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#guard(() => this.#prepare(sql).run(...values)).changes);
  }

  /**
   * Does the work in one transaction that waits for other writers before it reads anything.
   *
   * @param options `synced`: with all that was written before, it survives a power cut.
   */
  write<T>(work: () => T, { synced = false }: { readonly synced?: boolean } = {}): T {
    if (!synced) return this.#transaction("BEGIN IMMEDIATE", work);
    this.#guard(() => this.#db.exec("PRAGMA synchronous = FULL"));
    try {
      return this.#transaction("BEGIN IMMEDIATE", work);
    } finally {
      this.#guard(() => this.#db.exec("PRAGMA synchronous = NORMAL"));
    }
  }

  /** Reads several times from one moment. */
  read<T>(work: () => T): T {
    return this.#transaction("BEGIN", work);
  }

  close(): void {
    this.#db.close();
  }

  #transaction<T>(begin: string, work: () => T): T {
    this.run(begin);
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.run("ROLLBACK");
      throw error;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, statement = this.#db.prepare(sql));
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asStateError(this.#path, error);
    }
  }
}
