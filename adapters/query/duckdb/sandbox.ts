import { dirname, fromFileUrl, join } from "@std/path";
import type { Definition, FileRef, ViewDefinition } from "../../../core/mod.ts";
import { DuckDBError } from "../../sdk/duckdb/problem.ts";
import { DuckDB, type Session } from "../../sdk/duckdb/session.ts";
import { identifier, list, literal, pattern } from "../../sdk/duckdb/text.ts";
import { target, viewOverFiles } from "./lake_tables.ts";
import { faultOfMaking, ViewError } from "./view_fault.ts";

/** The published files of tables by the tables' locations: the local folder and the paths of those below it. */
export type PublishedFiles = ReadonlyMap<
  string,
  { readonly folder: string; readonly paths: readonly string[] }
>;

/** Files below a local folder, by the tables' locations. */
export function filesBelow(root: string, files: ReadonlyMap<string, readonly FileRef[]>): PublishedFiles {
  const local = (path: string) => `${root}/${path}`;
  return new Map(
    [...files].map(([folder, refs]) => [
      folder,
      { folder: local(folder), paths: refs.map(({ path }) => local(path)) },
    ]),
  );
}

export interface SandboxOptions {
  /** A folder of its own, for what it writes. */
  readonly scratch: string;
  readonly memoryLimit?: string;
}

/**
 * A DuckDB for one statement. It parses first; then it is locked: access to anything but the tables' folders ends, and so
 * do changes of settings; only then are tables and views of the catalog made in it.
 */
export class Sandbox implements AsyncDisposable {
  readonly #db: DuckDB;
  readonly #scratch: string;
  readonly #connections: { readonly session: Session; readonly close: () => void }[] = [];
  /** Views are made where the names of their database stand alone. */
  readonly #databases = new Map<string, Session>();
  #files: PublishedFiles = new Map();

  private constructor({ scratch, memoryLimit }: SandboxOptions) {
    this.#scratch = scratch;
    this.#db = new DuckDB({
      ...(memoryLimit === undefined ? {} : { memoryLimit }),
      temporaryFolder: join(scratch, "spilled"),
    });
  }

  static async open(options: SandboxOptions, signal: AbortSignal): Promise<Sandbox> {
    const sandbox = new Sandbox(options);
    sandbox.#connections.push(await sandbox.#db.connect(signal));
    return sandbox;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { close } of this.#connections) close();
    await this.#db.close();
  }

  get session(): Session {
    return this.#connections[0]!.session;
  }

  /** Ends all access but to the tables' folders; afterwards only the given definitions can be made. */
  async lock(definitions: readonly Definition[], files: PublishedFiles): Promise<void> {
    const { session } = this;
    this.#files = files;
    await session.run(await prelude());
    for (const database of new Set(definitions.map(({ database }) => database))) {
      await this.#openDatabase(database);
    }
    const tables = [...files.values()];
    const single = tables.filter(({ folder, paths }) => paths.includes(folder)).map(({ folder }) => folder);
    const folders = tables.map(({ folder }) => folder).filter((folder) => !single.includes(folder));
    await session.run(`SET allowed_directories = ${list([this.#scratch, ...folders.flatMap(spellings)])}`);
    await session.run(`SET allowed_paths = ${list(single.flatMap(spellings))}`);
    await session.run("SET enable_external_access = false");
    await session.run("SET lock_configuration = true");
  }

  /** Makes a table or a view. @throws {ViewError} If a view does not fit what it reads. */
  async make(definition: Definition): Promise<void> {
    if (definition.type === "view") return await this.#makeView(definition);
    const { paths = [] } = this.#files.get(definition.location) ?? {};
    await this.session.run(viewOverFiles(definition, paths));
  }

  async #openDatabase(database: string): Promise<void> {
    const connection = await this.#db.connect(this.session.signal);
    this.#connections.push(connection);
    const { session } = connection;
    await session.run(`CREATE SCHEMA ${identifier(database)}`);
    await session.run(`SET search_path = ${literal(`${identifier(database)},main`)}`);
    await session.run("SET errors_as_json = true");
    this.#databases.set(database, session);
  }

  async #makeView(view: ViewDefinition): Promise<void> {
    const head = `CREATE VIEW ${target(view)} AS\n`;
    try {
      await this.#databases.get(view.database)!.run(head + view.statement);
    } catch (error) {
      if (!(error instanceof DuckDBError)) throw error;
      throw new ViewError(view, faultOfMaking(view, error, head.length));
    }
  }
}

/** A path, and as readers take it: both are looked up among those that are allowed. */
function spellings(path: string): string[] {
  return [path, pattern(path)];
}

async function prelude(): Promise<string> {
  return await Deno.readTextFile(join(dirname(fromFileUrl(import.meta.url)), "prelude.sql"));
}
