import { StateError } from "../../../core/mod.ts";
import { isThere } from "../../sdk/files/place.ts";
import { copyState, linkNew, syncFolderOf } from "./copy.ts";
import { Database, isDamage } from "./database.ts";
import { lockFolder, lockFolderOf } from "../locks.ts";
import { requireWhole, versionAt } from "./read.ts";

export interface PutInPlace {
  /** The action, for messages: `restoring the state`. */
  readonly action: string;
  /** A whole state of this version that nobody has open. */
  readonly made: string;
  /** The name that what was replaced is kept by: a free one. */
  readonly kept: string;
}

/**
 * Puts a state in the place of the one at `path`, whole: who is killed leaves the old one or the new one. What lay there
 * is kept beside it.
 *
 * @returns Whether anything was replaced, and is kept.
 * @throws {StateError} If a process is at work with the old one.
 */
export async function putInPlace(path: string, options: PutInPlace): Promise<boolean> {
  const { action, made, kept } = options;
  requireNobody(action, path);
  if (!await isThere(path)) {
    setAside(path, kept);
    linkNew(made, path);
    syncFolderOf(path);
    return false;
  }
  if (await isWhole(path)) await overwrite(path, options);
  else replaceUnread(path, options);
  return true;
}

/** Whether there is a state that can be read. @throws {StateError} If there is another program's, or a newer one. */
export async function isWhole(path: string): Promise<boolean> {
  if (!await isThere(path)) return false;
  try {
    await requireWhole(path);
    return await versionAt(path) > 0;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

/** @throws {StateError} If a process is at work with a state. */
export function requireNobody(action: string, path: string): void {
  const locks = lockFolder(lockFolderOf(path));
  const held = locks.names().find((name) => locks.isHeld(name));
  if (held === undefined) return;
  throw new StateError(`${action}: found ${workerOf(path, held)} at work with "${path}", wanted it to end`);
}

function workerOf(path: string, lock: string): string {
  let db: Database | undefined;
  try {
    db = new Database(path);
    const row = db.get<{ host: string; pid: number }>("SELECT host, pid FROM workers WHERE lock = ?", lock);
    if (row !== undefined) return `process ${row.pid} on ${row.host}`;
  } catch {
    // It may be damaged.
  } finally {
    db?.close();
  }
  return "a process";
}

/**
 * Exchanges the content in one transaction of the old state: the file stays the same to whoever has it open, and SQLite
 * leaves one content or the other.
 */
async function overwrite(path: string, { action, made, kept }: PutInPlace): Promise<void> {
  const db = new Database(path);
  try {
    await db.patiently(() => db.exec("PRAGMA journal_mode = WAL"));
    db.run("ATTACH ? AS made", made);
    for (;;) {
      const before = changesOf(db);
      await copyState(path, kept);
      const done = await db.write(() => {
        requireNobody(action, path);
        if (changesOf(db) !== before) return false;
        exchange(db);
        return true;
      }, { synced: true });
      if (done) return;
      Deno.removeSync(kept);
    }
  } finally {
    db.close();
  }
}

/** A number that is another one after each change by another process. */
function changesOf(db: Database): number {
  return db.get<{ data_version: number }>("PRAGMA main.data_version")!.data_version;
}

type Entry = { readonly type: string; readonly name: string; readonly sql: string | null };

function exchange(db: Database): void {
  const entries = (schema: string) =>
    db.all<Entry>(`SELECT type, name, sql FROM ${schema}.sqlite_schema WHERE name NOT LIKE 'sqlite_%'`);
  for (const { type, name } of entries("main")) if (type === "table") db.exec(`DROP TABLE main."${name}"`);
  const made = entries("made");
  const tables = made.filter(({ type }) => type === "table");
  for (const { sql } of [...tables, ...made.filter(({ type }) => type !== "table")]) db.exec(sql!);
  for (const { name } of tables) db.exec(`INSERT INTO main."${name}" SELECT * FROM made."${name}"`);
  db.exec(
    "DELETE FROM main.sqlite_sequence; INSERT INTO main.sqlite_sequence SELECT * FROM made.sqlite_sequence",
  );
  for (const pragma of ["application_id", "user_version"]) {
    const [value] = Object.values(db.get<Record<string, number>>(`PRAGMA made.${pragma}`)!);
    db.exec(`PRAGMA main.${pragma} = ${value}`);
  }
}

/** What nobody can read is kept as it lies there. */
function replaceUnread(path: string, { made, kept }: PutInPlace): void {
  linkNew(path, kept);
  setAside(path, kept);
  Deno.renameSync(made, path);
  syncFolderOf(path);
}

/** Logs that belong to another content must not be taken for the new one's. */
function setAside(path: string, kept: string): void {
  for (const log of ["-wal", "-journal"]) move(`${path}${log}`, `${kept}${log}`);
  move(`${path}-shm`, undefined);
}

function move(from: string, to: string | undefined): void {
  try {
    if (to === undefined) Deno.removeSync(from);
    else Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
