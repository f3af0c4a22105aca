import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { StateError, StatePlaceError } from "../../../core/mod.ts";
import { lockHolder } from "./lock_holder.ts";

/** How long, in milliseconds, one try waits for another process's transaction; nothing else happens here meanwhile. */
const TRY = 50;

/** How long a write waits for another process's, in milliseconds. */
export interface Patience {
  /** After so long it is said what is waited for. */
  readonly quiet: number;
  readonly most: number;
}

const PATIENCE: Patience = { quiet: 3_000, most: 20_000 };

/** A state's file that is not whole, and the way back. */
export function damaged(path: string, says: string): string {
  return `reading the state: ${path} is damaged ("${says}"), wanted "state restore" with a copy of it, or "state rebuild"`;
}

/** Whether an error says that a state's file is not whole, rather than another's or one that cannot be reached. */
export function isDamage(error: unknown): boolean {
  return error instanceof StateError && /is damaged|is no SQLite database/.test(error.message);
}

type Line = (path: string, says: string) => string;

/** SQLite's complaints of places that it cannot write to, each with its meaning for the state's owner. */
const places: readonly (readonly [says: RegExp, line: Line])[] = [
  [
    /not a database/,
    (path) =>
      `opening the state: ${path} is no SQLite database, wanted another STATE_URL, or, if it was one, "state restore" or "state rebuild"`,
  ],
  [
    /unable to open/,
    (path) => `opening the state: ${path} cannot be opened, wanted a file in a writable folder`,
  ],
  [
    /readonly/,
    (path) => `writing the state: ${path} is read-only, wanted a writable file in a writable folder`,
  ],
];

/** The same of a state that fails to work. */
const faults: readonly (readonly [says: RegExp, line: Line])[] = [
  [/disk is full/, (path) => `writing the state: the disk of ${path} is full, wanted free space`],
  [
    /disk I\/O/,
    (path, says) => `using the state: ${path} met a "${says}", wanted a sound disk with free space`,
  ],
  [/malformed/, damaged],
  [/is locked/, (path) => `using the state: ${path} stays locked, wanted other programs to let go of it`],
];

/** The error as a `StateError` where it speaks of the file and not of a fault of the program. */
export function asStateError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StateError) return error;
  const [, place] = places.find(([says]) => says.test(error.message)) ?? [];
  if (place !== undefined) {
    return new StatePlaceError(place(JSON.stringify(path), error.message), { cause: error });
  }
  const [, fault] = faults.find(([says]) => says.test(error.message)) ?? [];
  return fault === undefined
    ? error
    : new StateError(fault(JSON.stringify(path), error.message), { cause: error });
}

/** A SQLite file in WAL mode, with its statements kept prepared. */
export class Database {
  readonly #path: string;
  readonly #patience: Patience;
  readonly #tell: (line: string) => void;
  readonly #closed: () => void;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** Which file it is to the file system, where it is the one at the path. */
  readonly #opened: string | undefined;
  /** Whether the statement at hand is one that is tried again by itself. */
  #trying = false;
  /** Whether the last wait was in vain: then the next is short, so that what goes on ends. */
  #gaveUp = false;
  /** The pause after a try that met another process's transaction; nobody tries within it, so that many wait no longer. */
  #pause: { readonly over: Promise<void>; end(): void } | undefined;
  /** Whether it was said what writes wait for, since the last one that was done. */
  #isTold = false;
  /** Which content it is, where that is to stay the same. */
  #content: { readonly sql: string; readonly found: string } | undefined;

  constructor(path: string, { location = path, patience = PATIENCE, tell = () => {}, closed = () => {} }: {
    /** The name that SQLite opens, where it is not the path alone. */
    readonly location?: string | URL;
    readonly patience?: Patience;
    readonly tell?: (line: string) => void;
    /** Called once it is closed. */
    readonly closed?: () => void;
  } = {}) {
    this.#path = path;
    this.#tell = tell;
    this.#closed = closed;
    this.#patience = patience;
    try {
      this.#db = new DatabaseSync(location, { timeout: TRY });
      this.#opened = location === path ? identityOf(path) : undefined;
    } catch (error) {
      throw asStateError(path, error);
    }
  }

  /** Statements without parameters or results. */
  exec(sql: string): void {
    this.#guard(() => this.#db.exec(sql));
  }

  /** The first of few rows. The driver's own `get` ends before the statement does: it hides that its commit failed. */
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.all<Row>(sql, ...values)[0];
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
  async write<T>(work: () => T, { synced = false }: { readonly synced?: boolean } = {}): Promise<T> {
    const transaction = () => {
      const done = this.#transaction("BEGIN IMMEDIATE", () => {
        if (this.#content !== undefined && this.#answer(this.#content.sql) !== this.#content.found) {
          throw this.#replaced();
        }
        return work();
      });
      this.#requireSame();
      return done;
    };
    return await this.patiently(synced ? () => this.#synced(transaction) : transaction);
  }

  /** Does the work in one transaction, unless another process is at one. @returns Whether it was done. */
  writeNow(work: () => void): boolean {
    return this.#attempt(() => this.#transaction("BEGIN IMMEDIATE", work)) !== undefined;
  }

  /** Tries what begins with a write again, for as long as another process is at one; meanwhile other things happen. */
  async patiently<T>(act: () => T): Promise<T> {
    const { quiet, most } = this.#patience;
    const limit = this.#gaveUp ? quiet / 3 : most;
    // Counted in tries and not by a clock: time in which this process was stopped is no wait.
    for (let waited = 0; waited < limit; waited += 2 * TRY) {
      const done = this.#attempt(act);
      if (done !== undefined) {
        this.#gaveUp = this.#isTold = false;
        return done.value;
      }
      if (waited < quiet && waited + 2 * TRY >= quiet && !this.#isTold) {
        this.#isTold = true;
        this.#tell(
          `${lockHolder(this.#path)} is writing to "${this.#path}": waiting up to ${most / 1_000} s`,
        );
      }
      await this.#pause?.over;
    }
    this.#gaveUp = true;
    throw new StateError(
      `writing the state: ${lockHolder(this.#path)} did not let go of "${this.#path}" for ${
        limit / 1_000
      } s, ` +
        "wanted its transaction to end",
    );
  }

  /** From now on no transaction is written once this statement answers something else: the content was replaced. */
  expectSame(sql: string): void {
    this.#content = { sql, found: this.#answer(sql) };
  }

  #answer(sql: string): string {
    return JSON.stringify(this.all(sql));
  }

  /** Reads several times from one moment. */
  read<T>(work: () => T): T {
    return this.#transaction("BEGIN", work);
  }

  get isOpen(): boolean {
    return this.#db.isOpen;
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.#db.close();
    this.#pause?.end();
    this.#closed();
  }

  /** @returns Undefined if another process is at a transaction. */
  #attempt<T>(act: () => T): { readonly value: T } | undefined {
    if (this.#pause !== undefined) return;
    this.#trying = true;
    try {
      return { value: act() };
    } catch (error) {
      if (!isLocked(error)) throw error;
      this.#rest();
    } finally {
      this.#trying = false;
    }
  }

  #rest(): void {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const end = () => {
      clearTimeout(timer);
      this.#pause = undefined;
      resolve();
    };
    const timer = setTimeout(end, TRY);
    this.#pause = { over, end };
  }

  /** A file that is no longer at its path can be written as before, and nobody would find what was written. */
  #requireSame(): void {
    if (identityOf(this.#path) === this.#opened || this.#opened === undefined) return;
    throw this.#replaced();
  }

  #replaced(): StateError {
    return new StateError(
      `writing the state: "${this.#path}" was moved, removed or replaced meanwhile, wanted the file that was opened`,
    );
  }

  #synced<T>(act: () => T): T {
    this.exec("PRAGMA synchronous = FULL");
    try {
      return act();
    } finally {
      this.exec("PRAGMA synchronous = NORMAL");
    }
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

  /** Waits a moment at most: for the process that opens the file after a crash, or closes it as the last. */
  #guard<T>(work: () => T): T {
    for (let waited = 0;; waited += TRY) {
      try {
        return work();
      } catch (error) {
        if (!isLocked(error) || waited >= this.#patience.most) throw asStateError(this.#path, error);
        if (this.#trying) throw error;
      }
    }
  }
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev} ${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && /is locked/.test(error.message);
}
