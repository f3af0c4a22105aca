import { pathToFileURL } from "node:url";
import { StateError } from "../../../core/mod.ts";
import { damaged, Database } from "./database.ts";
import { isPresent, migrate, versionOf } from "./schema.ts";
import { scratchFolder } from "../../sdk/files/trouble.ts";

/**
 * Opens a state's file to read it, writing nothing to it; one of an older version is read as a copy of this version.
 *
 * @throws {StateError} If it is no state, is from a newer version, or cannot be read.
 */
export async function openToRead(path: string): Promise<Database> {
  const db = await openExisting(path);
  try {
    if (isPresent(db, path)) return db;
  } catch (error) {
    db.close();
    throw error;
  }
  try {
    db.exec("PRAGMA query_only = OFF"); // else no other file can be written either
    return await openCopy(path, (copy) => db.run("VACUUM INTO ?", copy));
  } finally {
    db.close();
  }
}

/**
 * SQLite shares a file in WAL mode through two more files beside it. Where these are not there and cannot be made, nobody
 * has the file open: without a log it does not change, and with one that was left behind a copy of both is read.
 */
export async function openExisting(path: string): Promise<Database> {
  try {
    return firstRead(new Database(path));
  } catch (error) {
    if (!(error instanceof StateError) || !/cannot be opened|is read-only/.test(error.message)) throw error;
    if (isEmpty(`${path}-wal`)) return firstRead(new Database(path, { location: unchanging(path) }));
    return await openCopy(path, (copy) => {
      Deno.copyFileSync(path, copy);
      Deno.copyFileSync(`${path}-wal`, `${copy}-wal`);
    });
  }
}

/** A damaged file is noticed when it is first read. */
function firstRead(db: Database): Database {
  try {
    db.exec("PRAGMA query_only = ON; PRAGMA cache_size = -16384");
    db.get("SELECT count(*) FROM sqlite_schema");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** See "immutable" at sqlite.org/uri.html. */
function unchanging(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  return url;
}

/** A copy that is gone once it is closed. */
async function openCopy(path: string, copyTo: (copy: string) => void): Promise<Database> {
  const folder = await scratchFolder("airgraph-");
  const remove = () => Deno.removeSync(folder, { recursive: true });
  const location = `${folder}/state`;
  let db: Database | undefined;
  try {
    copyTo(location);
    db = new Database(path, { location, closed: remove });
    await migrate(db, path);
    return firstRead(db);
  } catch (error) {
    if (db === undefined) remove();
    else db.close();
    throw error;
  }
}

function isEmpty(path: string): boolean {
  try {
    return Deno.statSync(path).size === 0;
  } catch {
    return true;
  }
}

/** The version of a state's schema; 0 of an empty file. @throws {StateError} If it is no state, or a newer one. */
export async function versionAt(path: string): Promise<number> {
  const db = await openExisting(path);
  try {
    return versionOf(db, path);
  } finally {
    db.close();
  }
}

/** Reads every page of a state's file. @throws {StateError} If it is damaged. */
export async function requireWhole(path: string): Promise<void> {
  const db = await openToRead(path);
  try {
    const { quick_check: found } = db.get<{ quick_check: string }>("PRAGMA quick_check(1)")!;
    if (found !== "ok") throw new StateError(damaged(JSON.stringify(path), found));
  } finally {
    db.close();
  }
}
