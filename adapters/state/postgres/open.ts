import type { State } from "../../../core/mod.ts";
import type { Locks } from "../locks.ts";
import { Database } from "./database.ts";
import { isMade, isPresent, migrate } from "./schema.ts";
import { PostgresState } from "./state.ts";
import { LEASE, type LeaseOptions } from "./workers.ts";

export interface PostgresOptions {
  /** As `postgres://user:password@host:port/database`; with `?search_path=name` the state is in that schema of it. */
  readonly url: string;
  /** To read, nothing is written. @default "write" */
  readonly access?: "read" | "write";
  /** So many events may be left to be read one by one when it is opened; what is older is kept packed. @default 4000 */
  readonly few?: number;
  /** @default 60 s, renewed every 15 s */
  readonly lease?: LeaseOptions;
  /** Where the worker runs, for people to find it. @default this machine's name */
  readonly host?: string;
  /** Of the workers of this host, which live exactly as long as they hold theirs. @default by their leases alone */
  readonly locks?: Locks;
}

/**
 * Opens the state in a schema of PostgreSQL. To write, its tables are made if they are not there.
 *
 * @returns Undefined if it is to be read and nothing is there.
 * @throws {StateError} If the server cannot be reached or used, or holds a state of another version.
 */
export async function openPostgresState(
  options: PostgresOptions & { access: "read" },
): Promise<State | undefined>;
export async function openPostgresState(options: PostgresOptions): Promise<State>;
export async function openPostgresState(
  { url, access = "write", few = 4_000, lease = LEASE, host = Deno.hostname(), locks }: PostgresOptions,
): Promise<State | undefined> {
  const db = new Database(url);
  try {
    if (access === "write") await migrate(db);
    else if (!await isPresent(db)) {
      await db.close();
      return undefined;
    }
    return new PostgresState(db, { few, access, lease, host, locks });
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Whether a state is in a schema of PostgreSQL. @throws {StateError} If the server cannot be reached or used. */
export async function isPostgresStateThere(url: string): Promise<boolean> {
  const db = new Database(url);
  return await isMade(db).finally(() => db.close());
}
