import { join } from "node:path";
import { RefusedError, sha256 } from "../../../core/mod.ts";
import type { DuckDB, Session } from "../../sdk/duckdb/session.ts";
import { parseStatement } from "./statement.ts";

/** A view's file: its name without `.sql`, its statement, and the tables and views that it names, in order. */
export interface ViewFile {
  /** Below the project. */
  readonly path: string;
  readonly name: string;
  readonly statement: string;
  readonly reads: readonly string[];
}

/** The tables that statements read, by the hash of their text. */
export type ViewLock = Readonly<Record<string, readonly string[]>>;

/** Below the project's folder `sql`. */
export const VIEW_LOCK = "views.lock.json";

/**
 * The views of `sql/views/<group>`, by name. What each reads is what DuckDB's parser finds; for those that the project
 * knew when it was made, it stands in `sql/views.lock.json` by the hash of the text, so that DuckDB need not be started.
 *
 * @param folder The project's folder `sql`.
 * @throws {RefusedError} If a file's name can be no view's.
 */
export async function viewFiles(folder: string, group: string, db: DuckDB): Promise<ViewFile[]> {
  const texts = viewTexts(folder, group);
  const lock = { ...readLock(folder) };
  const unknown = texts.filter(({ statement }) => lock[keyOf(statement)] === undefined);
  if (unknown.length > 0) Object.assign(lock, await lockOf(unknown, db));
  return texts.map((text) => ({ ...text, reads: lock[keyOf(text.statement)]! }));
}

/** The tables that the views of all groups read. */
export async function lockViews(folder: string, db: DuckDB): Promise<ViewLock> {
  const groups = entriesOf(join(folder, "views"));
  return await lockOf(groups.flatMap((group) => viewTexts(folder, group)), db);
}

async function lockOf(
  texts: readonly { readonly statement: string }[],
  db: DuckDB,
): Promise<ViewLock> {
  return await db.session(new AbortController().signal, async (session) => {
    const found: [string, string[]][] = [];
    for (const { statement } of texts) found.push([keyOf(statement), await readBy(session, statement)]);
    return Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1));
  });
}

function viewTexts(folder: string, group: string): Omit<ViewFile, "reads">[] {
  return entriesOf(join(folder, "views", group)).filter((name) => name.endsWith(".sql")).map((file) => ({
    path: `sql/views/${group}/${file}`,
    name: viewName(group, file),
    statement: Deno.readTextFileSync(join(folder, "views", group, file)),
  }));
}

function keyOf(statement: string): string {
  return sha256(statement).slice(0, 16);
}

function entriesOf(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function viewName(group: string, file: string): string {
  const name = file.slice(0, -".sql".length);
  if (/^\w+$/.test(name)) return name;
  throw new RefusedError(
    `declaring a view: found the file "sql/views/${group}/${file}", wanted a name of letters, digits and underscores`,
  );
}

/** The tables that a statement reads; one that is refused fails when it is bound, with its reason. */
async function readBy(session: Session, statement: string): Promise<string[]> {
  try {
    const { tables } = await parseStatement(session, statement);
    const names = tables.map(({ database, name }) => database === "" ? name : `${database}.${name}`);
    return [...new Set(names)].sort();
  } catch (error) {
    if (error instanceof RefusedError) return [];
    throw error;
  }
}

function readLock(folder: string): ViewLock {
  try {
    return JSON.parse(Deno.readTextFileSync(join(folder, VIEW_LOCK)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return {};
    throw error;
  }
}
