import { dirname } from "node:path";
import { StateError } from "../../../core/mod.ts";
import { isThere } from "../../sdk/files/place.ts";
import { Database } from "./database.ts";
import { holdFile } from "./held_file.ts";
import { CONTENT_KEY } from "./key_value.ts";
import { lockFolderOf } from "./locks.ts";
import { putInPlace, requireNobody } from "./put_in_place.ts";

/** The outcome of a replacement. */
export interface Replaced<T> {
  readonly made: T;
  /** Where what was replaced is kept; null where there was nothing. */
  readonly kept: string | null;
}

/**
 * Makes a state beside the one at `path`, then puts it in its place, whole. One process at a time does; what one that was
 * killed left is taken away by the next.
 *
 * @param action For messages: `restoring the state`.
 * @param make Makes a whole state of this version at a path, and closes it.
 * @throws {StateError} If a process is at work with the old one.
 */
export async function replaceState<T>(
  { action, path, now }: { readonly action: string; readonly path: string; readonly now: Date },
  make: (path: string) => Promise<T>,
): Promise<Replaced<T>> {
  requireNobody(action, path);
  await Deno.mkdir(dirname(path), { recursive: true });
  using held = holdFile(`${path}.replacing`);
  if (held === undefined) {
    throw new StateError(`${action}: found another process replacing "${path}", wanted it to end`);
  }
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
