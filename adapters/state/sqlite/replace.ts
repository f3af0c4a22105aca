import { dirname } from "node:path";
import { StateError, StatePlaceError } from "../../../core/mod.ts";
import { isThere, missingFrom } from "../../sdk/files/place.ts";
import { trouble } from "../../sdk/files/trouble.ts";
import { Database } from "./database.ts";
import { type HeldFile, holdFile } from "./held_file.ts";
import { CONTENT_KEY } from "./key_value.ts";
import { lockFolderOf } from "../locks.ts";
import { putInPlace, requireNobody } from "./put_in_place.ts";

/** The outcome of a replacement. */
export interface Replaced<T> {
  readonly made: T;
  /** Where what was replaced is kept; null where there was nothing. */
  readonly kept: string | null;
}

export interface Replacing {
  /** For messages: `restoring the state`. */
  readonly action: string;
  readonly path: string;
  readonly now: Date;
}

/**
 * Makes a state beside the one at `path`, then puts it in its place, whole. One process at a time does; what one that was
 * killed left is taken away by the next.
 *
 * @param make Makes a whole state of this version at a path, and closes it.
 * @throws {StateError} If a process is at work with the old one.
 */
export async function replaceState<T>(
  { action, path, now }: Replacing,
  make: (path: string) => Promise<T>,
): Promise<Replaced<T>> {
  const made = await missingFrom(dirname(path)).catch(() => []);
  try {
    using _held = await hold(action, path);
    return await replaceHeld({ action, path, now }, make);
  } catch (error) {
    for (const folder of made) await Deno.remove(folder).catch(() => {});
    throw error;
  }
}

async function replaceHeld<T>(
  { action, path, now }: Replacing,
  make: (path: string) => Promise<T>,
): Promise<Replaced<T>> {
  requireNobody(action, path);
  const place = `${path}.new`;
  remove(place);
  try {
    const made = await make(place);
    markAsOther(place);
    const kept = await freeName(`${path}.before-${now.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`);
    const isKept = await putInPlace(path, { action, made: place, kept });
    return { made, kept: isKept ? kept : null };
  } finally {
    remove(place);
  }
}

/** @throws {StateError} If another process is at it, or the folder cannot be written. */
async function hold(action: string, path: string): Promise<HeldFile> {
  const folder = dirname(path);
  let held: HeldFile | undefined;
  try {
    await Deno.mkdir(folder, { recursive: true });
    held = holdFile(`${path}.replacing`);
  } catch (cause) {
    const isNone = cause instanceof Deno.errors.AlreadyExists || cause instanceof Deno.errors.NotADirectory;
    throw isNone
      ? new StatePlaceError(`${action}: "${folder}" is no folder, wanted one that can be written`, { cause })
      : new StateError(trouble(action, folder, cause), { cause });
  }
  if (held !== undefined) return held;
  throw new StateError(`${action}: found another process replacing "${path}", wanted it to end`);
}

/** Lets whoever has the replaced state open notice it. */
function markAsOther(path: string): void {
  const db = new Database(path);
  try {
    const content = JSON.stringify(crypto.randomUUID());
    db.run("INSERT OR REPLACE INTO key_values (key, value) VALUES (?, ?)", CONTENT_KEY, content);
  } finally {
    db.close();
  }
  using file = Deno.openSync(path, { read: true, write: true });
  file.syncSync();
}

async function freeName(name: string): Promise<string> {
  for (let n = 1;; n++) {
    const free = n === 1 ? name : `${name}-${n}`;
    if (!await isThere(free)) return free;
  }
}

function remove(path: string): void {
  for (
    const each of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`, `${path}.part`, lockFolderOf(path)]
  ) {
    try {
      Deno.removeSync(each, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
