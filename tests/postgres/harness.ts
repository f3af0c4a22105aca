import postgres from "postgres";
import { openPostgresState, type PostgresOptions } from "../../adapters/state/postgres/open.ts";
import type { State } from "../../core/mod.ts";
import type { Harness } from "../adapters/state/harness.ts";

/** The server that `deno task test:postgres` started. */
export function serverUrl(): string {
  const url = Deno.env.get("TEST_POSTGRES_URL");
  if (url === undefined) {
    throw new Error("testing on PostgreSQL: found no server, wanted `deno task test:postgres`");
  }
  return url;
}

/** A schema of a test's own, gone afterwards. */
export async function ownSchema({ server = serverUrl(), length = 37 } = {}): Promise<Schema> {
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`.padEnd(length, "x");
  const url = `${server}?search_path=${name}`;
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
  await sql.unsafe(`CREATE SCHEMA ${name}`);
  return {
    url,
    run: async (text) => [...await sql.unsafe(text)],
    async until(text) {
      const most = Date.now() + 120_000;
      while ((await sql.unsafe(text)).length === 0) {
        if (Date.now() > most) throw new Error(`waiting: found no answer to "${text}", wanted one`);
      }
    },
    async hold(text) {
      const other = postgres(url, { max: 1, fetch_types: false });
      const begun = Promise.withResolvers<void>();
      const over = Promise.withResolvers<void>();
      const transaction = other.begin(async (sql) => {
        await sql.unsafe(text);
        begun.resolve();
        await over.promise;
      });
      await Promise.race([begun.promise, transaction]);
      return {
        async end() {
          over.resolve();
          await transaction;
          await other.end();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await sql.unsafe(`DROP SCHEMA ${name} CASCADE`);
      await sql.end();
    },
  };
}

export interface Schema extends AsyncDisposable {
  readonly url: string;
  /** Answers statements about it. */
  run(sql: string): Promise<Record<string, unknown>[]>;
  /** Asks until there is an answer. */
  until(sql: string): Promise<void>;
  /** Answers a statement in a transaction of its own, which stays open until its end. */
  hold(sql: string): Promise<{ end(): Promise<void> }>;
}

/** Every worker is a handle of this process; one that is killed has a lease that ran out. */
export async function postgresHarness(options: Omit<PostgresOptions, "url"> = { few: 1 }): Promise<
  Harness & { readonly schema: Schema }
> {
  const schema = await ownSchema();
  const open = new Set<State>();
  return {
    schema,
    async worker(name) {
      const handle = await openPostgresState({ url: schema.url, host: name, ...options });
      open.add(handle);
      return handle;
    },
    async kill(name) {
      await schema.run(`UPDATE workers SET until = 0 WHERE host = '${name}'`);
    },
    async [Symbol.asyncDispose]() {
      for (const handle of open) await handle.close();
      await schema[Symbol.asyncDispose]();
    },
  };
}
