import { hash } from "node:crypto";
import { join } from "@std/path";
import { Refused } from "../../../core/ports/query.ts";
import type { DuckDB, Session } from "../../sdk/duckdb/session.ts";
import { parseStatement } from "./statement.ts";

/** A view's file: its name without `.sql`, its statement, and the tables and views that it names, in order. */
export interface ViewFile {
  readonly name: string;
  readonly statement: string;
  readonly reads: readonly string[];
}

/** What statements read, by the hash of their text. */
type Lock = Readonly<Record<string, readonly string[]>>;

const LOCK = "views.lock.json";

/**
 * The views of `sql/views`, by name. What each reads is what DuckDB's parser finds; it is kept beside them, in
 * `sql/views.lock.json`, by the hash of the text, so that DuckDB is started for a new or changed view only.
 *
 * @param folder The project's folder `sql`.
 * @throws {Refused} If a file's name can be no view's.
 */
export async function viewFiles(folder: string, db: DuckDB): Promise<ViewFile[]> {
  const texts = Array.from(Deno.readDirSync(join(folder, "views")), ({ name }) => name)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({
      name: viewName(name),
      statement: Deno.readTextFileSync(join(folder, "views", name)),
    }));
  const lock = readLock(folder);
  const keyed = texts.map((text) => ({ ...text, key: hash("sha256", text.statement).slice(0, 16) }));
  const missing = keyed.filter(({ key }) => lock[key] === undefined);
  if (missing.length === 0) {
    return keyed.map(({ name, statement, key }) => ({ name, statement, reads: lock[key]! }));
  }
  const found = await db.session(new AbortController().signal, async (session) => {
    const found: [string, string[]][] = [];
    for (const { statement, key } of keyed) found.push([key, await readBy(session, statement)]);
    return found;
  });
  const reads: Lock = Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1));
  writeLock(folder, reads);
  return keyed.map(({ name, statement, key }) => ({ name, statement, reads: reads[key]! }));
}

function viewName(file: string): string {
  const name = file.slice(0, -".sql".length);
  if (/^\w+$/.test(name)) return name;
  throw new Refused(
    `declaring a view: found the file "sql/views/${file}", wanted a name of letters, digits and underscores`,
  );
}

/** What a statement reads; one that is refused fails when it is bound, with its reason. */
async function readBy(session: Session, statement: string): Promise<string[]> {
  try {
    const { tables } = await parseStatement(session, statement);
    const names = tables.map(({ database, name }) => database === "" ? name : `${database}.${name}`);
    return [...new Set(names)].sort();
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}

function readLock(folder: string): Lock {
  try {
    return JSON.parse(Deno.readTextFileSync(join(folder, LOCK)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** A project that cannot be written to asks DuckDB each time. */
function writeLock(folder: string, lock: Lock): void {
  try {
    Deno.writeTextFileSync(join(folder, LOCK), `${JSON.stringify(lock, null, 2)}\n`);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable)) {
      throw error;
    }
  }
}
