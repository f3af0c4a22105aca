import { dirname } from "@std/path";
import { type State, StateError } from "../../../core/ports/state.ts";
import { Database } from "./database.ts";
import { lockFolder, type Locks } from "./locks.ts";
import { migrations } from "./migrations.ts";
import { SqliteState } from "./state.ts";

/** Marks the file as a state of Airgraph's: "airg". */
const APPLICATION_ID = 0x61697267;

/**
 * Opens the state in a SQLite file, which is made if it is not there, with its folder. Several processes may have it
 * open; they must be on one host.
 *
 * @throws {StateError} If the file is no state, is from a newer version, or cannot be written.
 */
export async function openSqliteState(
  { path, locks = lockFolder(`${path}-workers`), many = 4_000 }: {
    readonly path: string;
    /** @default a folder beside the file */
    readonly locks?: Locks;
    /** From so many partitions on, an asset's rows are kept packed, to be loaded at once. @default 4000 */
    readonly many?: number;
  },
): Promise<State> {
  await makeFolder(path);
  const db = new Database(path);
  try {
    await useWriteAheadLog(db);
    db.exec("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384");
    migrate(db, path);
    return new SqliteState(db, locks, many);
  } catch (error) {
    db.close();
    throw error;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new StateError(
      `opening the state: the folder of "${path}" cannot be made (${found}), wanted a writable folder`,
      { cause: error },
    );
  }
}

/** Two processes that turn one new file to WAL may lock each other out at once, whatever the busy timeout. */
async function useWriteAheadLog(db: Database, attempts = 200): Promise<void> {
  try {
    // A commit writes whole pages to the log: most change a few dozen bytes in each.
    db.exec("PRAGMA page_size = 1024; PRAGMA journal_mode = WAL");
  } catch (error) {
    if (attempts === 0 || !(error instanceof StateError) || !/stays locked/.test(error.message)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 10));
    await useWriteAheadLog(db, attempts - 1);
  }
}

/** Brings the schema up to this version, each step once, whoever comes first. */
function migrate(db: Database, path: string): void {
  if (check(db, path) === migrations.length) return;
  db.write(() => {
    for (const step of migrations.slice(check(db, path))) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`);
  });
}

/** @returns The version of the schema, 0 for an empty file. */
function check(db: Database, path: string): number {
  const version = db.get<{ user_version: number }>("PRAGMA user_version")!.user_version;
  const application = db.get<{ application_id: number }>("PRAGMA application_id")!.application_id;
  const tables = db.get<{ count: number }>("SELECT count(*) AS count FROM sqlite_schema")!.count;
  if (tables > 0 && application !== APPLICATION_ID) {
    throw new StateError(
      `opening the state: "${path}" holds another program's tables, wanted a state or a new file`,
    );
  }
  if (version > migrations.length) {
    throw new StateError(
      `opening the state: "${path}" has schema version ${version}, this Airgraph knows up to ${migrations.length}, ` +
        "wanted a newer Airgraph or another STATE_URL",
    );
  }
  return version;
}
