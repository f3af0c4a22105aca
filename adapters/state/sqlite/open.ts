import { dirname } from "node:path";
import { type State, StatePlaceError } from "../../../core/mod.ts";
import { migrateKeeping } from "./before_migration.ts";
import { Database, type Patience } from "./database.ts";
import type { LookOptions } from "./following.ts";
import { CONTENT } from "./key_value.ts";
import { lockFolder, lockFolderOf, type Locks } from "../locks.ts";
import { named } from "./named.ts";
import { openToRead } from "./read.ts";
import { migrate } from "./schema.ts";
import { sqliteState } from "./state.ts";

export interface SqliteOptions {
  readonly path: string;
  /** To read, nothing is written, not even beside the file. @default "write" */
  readonly access?: "read" | "write";
  /** @default a folder beside the file */
  readonly locks?: Locks;
  /** So many events may be left to be read one by one when it is opened; what is older is kept packed. @default 4000 */
  readonly few?: number;
  readonly patience?: Patience;
  /** @default each second, and 50 times a second where somebody listens closely */
  readonly look?: LookOptions;
  /** Whether it is one in the making: of what was there no copy is kept before a migration. @default false */
  readonly making?: boolean;
  /** Told in a line of a migration, and of what a write waits for, if that takes longer. */
  readonly tell?: (line: string) => void;
}

/**
 * Opens the state in a SQLite file. To write, it is made if it is not there, with its folder. Several processes may have
 * it open; they must be on one host.
 *
 * @throws {StateError} If the file is no state, is from a newer version, or cannot be written or read.
 */
export async function openSqliteState(options: SqliteOptions): Promise<State> {
  const { path, access = "write", few = 4_000 } = options;
  await requireNoFolder(path);
  const db = access === "read" ? await openToRead(path) : await openToWrite(options);
  // By now the file is there, also behind a link that led nowhere.
  const { locks = lockFolder(lockFolderOf(path), access) } = options;
  return named(sqliteState(db, { locks, few, access, look: options.look }), path);
}

async function openToWrite({ path, patience, making, tell = () => {} }: SqliteOptions): Promise<Database> {
  await makeFolder(path);
  await requireOneName(path);
  const db = new Database(path, { ...(patience && { patience }), tell });
  try {
    await useWriteAheadLog(db);
    db.exec("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384");
    await (making ? migrate(db, path) : migrateKeeping(db, path, tell));
    db.expectSame(CONTENT);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

async function requireNoFolder(path: string): Promise<void> {
  const { isDirectory } = await Deno.stat(path).catch(() => ({ isDirectory: false }));
  if (isDirectory) {
    throw new StatePlaceError(`opening the state: ${JSON.stringify(path)} is a folder, wanted a file`);
  }
}

/** SQLite keeps a log beside each name: who opens a file by another one sees nothing of what was written by this. */
async function requireOneName(path: string): Promise<void> {
  const names = async () => (await Deno.stat(path).catch(() => undefined))?.nlink ?? 1;
  if (await names() < 2) return;
  // Who was killed while it put a state in place left it that name, too.
  const [state, left] = [await Deno.stat(path), await Deno.lstat(`${path}.new`).catch(() => undefined)];
  if (left?.isFile && left.ino === state.ino && left.dev === state.dev) await Deno.remove(`${path}.new`);
  const found = await names();
  if (found < 2) return;
  throw new StatePlaceError(
    `opening the state: found ${found} names (hard links) of the file "${path}", wanted one: ` +
      "what is written by one of them is not seen by the others",
  );
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw new StatePlaceError(
      `opening the state: the folder of "${path}" cannot be made, wanted a writable folder`,
      { cause: error },
    );
  }
}

/** Two processes that turn one new file to WAL may lock each other out at once, whatever the busy timeout. */
async function useWriteAheadLog(db: Database): Promise<void> {
  // A commit writes whole pages to the log: most change a few dozen bytes in each.
  await db.patiently(() => db.exec("PRAGMA page_size = 1024; PRAGMA journal_mode = WAL"));
}

/**
 * Removes a state that was made in vain, with what lies beside it. Who has it open still finds it gone with the next write.
 *
 * @param missing Its file and the folders on the way to it that were not there before, the deepest first; none if it was.
 */
export async function removeState(missing: readonly string[]): Promise<void> {
  const [path, ...folders] = missing;
  if (path === undefined) return;
  for (const each of [path, `${path}-wal`, `${path}-shm`, lockFolderOf(path), ...folders]) {
    await Deno.remove(each).catch(() => {});
  }
}
