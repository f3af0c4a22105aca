import { dirname } from "node:path";
import { StateError, StatePlaceError } from "../../../core/mod.ts";
import { isThere } from "../../sdk/files/place.ts";
import { trouble } from "../../sdk/files/trouble.ts";
import { Database } from "./database.ts";
import { holdFile } from "./held_file.ts";
import { openExisting } from "./read.ts";
import { versionOf } from "./schema.ts";

/** A copy of a state, as it was written. */
export interface Copied {
  readonly path: string;
  readonly bytes: number;
  /** Of its schema. */
  readonly version: number;
}

/**
 * Copies a state as of one moment, whatever is written to it meanwhile. The copy is read through once it is on the disk,
 * and only then gets its name: who is killed leaves `<name>.part` at most, which the next copy takes away.
 *
 * @throws {StatePlaceError} If there is no state at `path`, or anything at `to`.
 * @throws {StateError} If it cannot be read or written whole.
 */
export async function copyState(path: string, to: string): Promise<Copied> {
  if (!await isThere(path)) {
    throw new StatePlaceError(`copying the state: found nothing at "${path}", wanted a state`);
  }
  if (await isThere(to)) throw taken(to);
  const db = await openExisting(path);
  try {
    const version = versionOf(db, path);
    if (version === 0) {
      throw new StatePlaceError(`copying the state: found an empty file at "${path}", wanted a state`);
    }
    return { path: to, version, bytes: copyInto(db, path, to) };
  } finally {
    db.close();
  }
}

/** @returns How many bytes it has. */
function copyInto(db: Database, path: string, to: string): number {
  const part = `${to}.part`;
  return attempt(to, () => {
    using held = holdFile(part);
    if (held === undefined) {
      throw new StateError(`writing "${to}": found another process writing it, wanted it to end`);
    }
    writeCopy(db, part, held.file);
    requireSound(part, path);
    linkNew(part, to);
    syncFolderOf(to);
    return held.file.statSync().size;
  });
}

/** Writes a copy of an open state to a file that is there, and syncs it. */
export function writeCopy(db: Database, to: string, file: Deno.FsFile): void {
  file.truncateSync(0);
  db.exec("PRAGMA query_only = OFF"); // else no other file can be written either
  db.run("VACUUM INTO ?", to);
  file.syncSync();
}

/** Reads a copy through, every page and index of it. @throws {StateError} If it is not whole. */
function requireSound(copy: string, of: string): void {
  const db = new Database(copy);
  try {
    const { integrity_check: found } = db.get<{ integrity_check: string }>("PRAGMA integrity_check(1)")!;
    if (found === "ok") return;
    throw new StateError(
      `copying the state: the copy of "${of}" is damaged ("${found}"), wanted a whole file`,
    );
  } finally {
    db.close();
  }
}

/** Gives a file a further name that nothing has yet. */
export function linkNew(from: string, to: string): void {
  try {
    Deno.linkSync(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw taken(to);
    throw error;
  }
}

export function syncFolderOf(path: string): void {
  using folder = Deno.openSync(dirname(path));
  folder.syncSync();
}

function taken(to: string): StatePlaceError {
  return new StatePlaceError(`writing "${to}": found something there, wanted a new file`);
}

/** Does what writes to a place; what goes wrong with it is told of that place. */
function attempt<T>(to: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof StatePlaceError) throw error;
    const isFull = error instanceof Error && /disk of .* is full/.test(error.message);
    if (isFull) {
      throw new StateError(`writing "${to}": no room is left for it, wanted a disk that is not full`, {
        cause: error,
      });
    }
    if (error instanceof StateError) throw error;
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new StatePlaceError(`writing "${to}": its folder is not there, wanted one that is`, {
        cause: error,
      });
    }
    throw new StateError(trouble(`writing "${to}"`, dirname(to), error), { cause: error });
  }
}
