import postgres from "postgres";
import { asStateError, isBrokenOff, isInTheWay, placeOf } from "./errors.ts";

/** A value of a statement; arrays and objects are given as JSON. */
export type Value = string | number | boolean | Uint8Array | null;

/** Statements with numbered parameters. */
export interface Queries {
  all<Row>(sql: string, ...values: Value[]): Promise<Row[]>;
  /** The first row. */
  get<Row>(sql: string, ...values: Value[]): Promise<Row | undefined>;
  /** @returns How many rows it changed. */
  run(sql: string, ...values: Value[]): Promise<number>;
  /** Several statements at once, without parameters or results. */
  exec(sql: string): Promise<void>;
}

type Client = postgres.Sql | postgres.TransactionSql;

/** So many connections a handle has at most, beside the one by which it listens. */
const CONNECTIONS = 4;
/**
 * So many milliseconds a transaction may do nothing before the server ends it: a host that stops in one keeps others from
 * what it holds no longer, and less long than from its claims.
 */
const LONGEST_PAUSE = 20_000;
/** How often a transaction is begun anew that was given up for another's sake. */
const TRIES = 5;

/** Numbers are JavaScript's; bytes are no more than these. */
const TYPES = {
  bigint: { to: 20, from: [20, 1700], serialize: String, parse: Number },
  bytea: {
    to: 17,
    from: [17],
    serialize: (bytes: Uint8Array) => `\\x${bytes.toHex()}`,
    parse: (text: string) => Uint8Array.fromHex(text.slice(2)),
  },
};

/** The connections of one handle to a state's schema. */
export class Database {
  readonly place: string;
  readonly #sql: postgres.Sql;
  #isOpen = true;
  /** So many seconds what is under way has to end; the driver waits in vain for what broke off. */
  #patience = 5;

  constructor(url: string) {
    this.place = placeOf(url);
    this.#sql = postgres(url, {
      max: CONNECTIONS,
      fetch_types: false,
      connect_timeout: 10,
      types: TYPES as unknown as Record<string, postgres.PostgresType>,
      onnotice: () => {},
      connection: {
        application_name: "airgraph",
        // Statements are short: to compile them takes longer than to run them.
        jit: "off" as unknown as boolean,
        idle_in_transaction_session_timeout: LONGEST_PAUSE,
      },
      backoff: (tries: number) => Math.min(2 ** tries / 100, 2),
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async all<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    return await this.#guarded(() => queries(this.#sql).all<Row>(sql, ...values));
  }

  async get<Row>(sql: string, ...values: Value[]): Promise<Row | undefined> {
    return (await this.all<Row>(sql, ...values))[0];
  }

  async run(sql: string, ...values: Value[]): Promise<number> {
    return await this.#guarded(() => queries(this.#sql).run(sql, ...values));
  }

  async exec(sql: string): Promise<void> {
    await this.#guarded(() => queries(this.#sql).exec(sql));
  }

  /** Does the work in one transaction; each of its statements sees what others wrote until then. */
  async write<T>(work: (transaction: Queries) => Promise<T>): Promise<T> {
    return await this.#guarded(() => this.#begin("", work));
  }

  /** Reads several times from one moment. */
  async read<T>(work: (transaction: Queries) => Promise<T>): Promise<T> {
    const mode = "ISOLATION LEVEL REPEATABLE READ READ ONLY";
    return await this.#guarded(() => this.#begin(mode, work));
  }

  /** Answers once it listens. @param heard Also called whenever it listens anew, as what was told before was missed. */
  async listen(channel: string, heard: () => void): Promise<void> {
    await this.#guarded(() => this.#sql.listen(channel, heard, heard));
  }

  /** @param options Whether what is under way has some time to end. */
  async close({ waiting = true }: { readonly waiting?: boolean } = {}): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#sql.end({ timeout: waiting ? this.#patience : 0 });
  }

  /** Once its connection broke off, the work is left where it is: of what it asked further the driver would die. */
  async #begin<T>(mode: string, work: (transaction: Queries) => Promise<T>): Promise<T> {
    const over = new AbortController();
    try {
      return await this.#sql.begin(mode, (sql) => work(queries(sql, over.signal))) as T;
    } catch (error) {
      if (isBrokenOff(error)) this.#patience = 0;
      throw error;
    } finally {
      over.abort();
    }
  }

  async #guarded<T>(work: () => PromiseLike<T>): Promise<T> {
    for (let tries = 1;; tries++) {
      try {
        return await work();
      } catch (error) {
        if (tries >= TRIES || !isInTheWay(error)) throw asStateError(this.place, error);
      }
    }
  }
}

const NEVER = new Promise<never>(() => {});
/** Also of statements without parameters. */
const KEPT_PREPARED = { prepare: true, simple: false } as postgres.UnsafeQueryOptions;

/** @param over Once it is aborted, nothing is asked or answered any more. */
function queries(sql: Client, over?: AbortSignal): Queries {
  const ask = async (text: string, values: Value[]) => {
    if (over?.aborted) return await NEVER;
    try {
      return await sql.unsafe(text, values.map(storable), KEPT_PREPARED);
    } catch (error) {
      if (over !== undefined && isBrokenOff(error)) return await NEVER;
      throw error;
    }
  };
  const all = async <Row>(text: string, ...values: Value[]) => [...await ask(text, values)] as Row[];
  return {
    all,
    get: async <Row>(text: string, ...values: Value[]) => (await all<Row>(text, ...values))[0],
    run: async (text, ...values) => (await ask(text, values)).count,
    exec: async (text) => void await sql.unsafe(text),
  };
}

/** A JSON whose texts PostgreSQL can read: it knows no zero characters and no halves of characters. */
export function readable(json: string): string {
  return json.replaceAll(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, "$1\uFFFD");
}

/** PostgreSQL keeps no zero characters. */
function storable(value: Value): Value {
  return typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
}
