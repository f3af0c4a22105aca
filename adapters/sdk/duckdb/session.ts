import type { DuckDBConnection, DuckDBInstance, DuckDBResult } from "duckdb";
import { problem } from "./problem.ts";

/** How much of the machine a DuckDB may take. */
export interface DuckDBOptions {
  /** @default "400MB" */
  readonly memoryLimit?: string;
  /** @default 2 */
  readonly threads?: number;
  /** A local folder for what does not fit into memory. @default none: it fits, or fails */
  readonly temporaryFolder?: string;
}

/** An in-memory DuckDB whose client is loaded when it is first used; sessions run side by side. */
export class DuckDB {
  readonly threads: number;
  readonly #options: DuckDBOptions;
  #instance: Promise<DuckDBInstance> | undefined;
  /** How many times lanes are at work. */
  #inLanes = 0;

  constructor(options: DuckDBOptions = {}) {
    this.#options = options;
    this.threads = options.threads ?? 2;
  }

  /** A connection of its own, to be closed by whoever asked for it. */
  async connect(signal: AbortSignal): Promise<{ readonly session: Session; readonly close: () => void }> {
    signal.throwIfAborted();
    const connection = await (await (this.#instance ??= this.#open())).connect();
    // A statement that has only been handed over does not notice an interrupt: it is repeated until the session ends.
    let repeated: ReturnType<typeof setTimeout> | undefined;
    const interrupt = () => {
      connection.interrupt();
      repeated = setTimeout(interrupt, 20);
    };
    signal.addEventListener("abort", interrupt, { once: true });
    const close = () => {
      signal.removeEventListener("abort", interrupt);
      clearTimeout(repeated);
      connection.closeSync();
    };
    return { session: new Session(connection, signal), close };
  }

  /** Gives `use` a connection of its own, and closes it afterwards. */
  async session<T>(signal: AbortSignal, use: (session: Session) => Promise<T>): Promise<T> {
    const { session, close } = await this.connect(signal);
    try {
      return await use(session);
    } finally {
      close();
    }
  }

  /**
   * As many sessions side by side as there are threads, for many small statements: each is done by one thread. More of them
   * would only take turns, and DuckDB waits busily for what another thread does.
   */
  async lanes(signal: AbortSignal, use: (session: Session) => Promise<void>): Promise<void> {
    if (this.#inLanes++ === 0) await this.#spread(1);
    try {
      const lanes = Array.from({ length: this.threads }, () => this.session(signal, use));
      for (const lane of await Promise.allSettled(lanes)) {
        if (lane.status === "rejected") throw lane.reason;
      }
    } finally {
      if (--this.#inLanes === 0) await this.#spread(this.threads);
    }
  }

  /** Over how many threads statements are spread from now on. */
  async #spread(threads: number): Promise<void> {
    await this.session(NEVER, (session) => session.run(`SET GLOBAL threads = ${threads}`));
  }

  /** Ends the database, if it was ever opened; its sessions must have ended. */
  async close(): Promise<void> {
    (await this.#instance)?.closeSync();
    this.#instance = undefined;
  }

  async #open(): Promise<DuckDBInstance> {
    const { DuckDBInstance } = await import("duckdb");
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: this.#options.memoryLimit ?? "400MB",
      threads: String(this.threads),
      temp_directory: this.#options.temporaryFolder ?? "",
    });
    const connection = await instance.connect();
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    connection.closeSync();
    return instance;
  }
}

const NEVER = new AbortController().signal;

/** One connection, under one signal. */
export class Session {
  constructor(readonly connection: DuckDBConnection, readonly signal: AbortSignal) {}

  /** @throws {DuckDBError} If DuckDB refuses; the signal's reason if it was aborted. */
  async run(statement: string): Promise<void> {
    await this.#guard(() => this.connection.run(statement));
  }

  /** The rows as objects; integers of 64 bits and more are bigints, other values are as the client has them. */
  async rows(statement: string): Promise<Record<string, unknown>[]> {
    return await this.#guard(async () => (await this.connection.runAndReadAll(statement)).getRowObjectsJS());
  }

  /** An answer to be fetched chunk by chunk. */
  async stream(statement: string): Promise<DuckDBResult> {
    return await this.#guard(() => this.connection.stream(statement));
  }

  async #guard<T>(act: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      this.signal.throwIfAborted();
      throw problem(error);
    }
  }
}
