import {
  type Catalog,
  DamageError,
  type Definition,
  type FileRef,
  type Query,
  type QueryOptions,
  RefusedError,
  type TablePart,
  visible,
  type Workspace,
} from "../../../core/mod.ts";
import { DuckDBError } from "../../sdk/duckdb/problem.ts";
import { limited } from "./limits.ts";
import type { Named } from "./names.ts";
import { Entries, REPAIR } from "./entries.ts";
import { filesBelow, type PublishedFiles, Sandbox } from "./sandbox.ts";
import { type Place, placeAt, placeOf } from "./place.ts";
import { ParseError, parseStatement } from "./statement.ts";
import { ViewError } from "./view_fault.ts";
import { deviceFault } from "../../sdk/files/place.ts";
import { scratchFolder } from "../../sdk/files/trouble.ts";

/** The part of the process's memory that DuckDB may take: the rest is for answers on their way. */
const SHARE = 0.5;

export interface DuckDBQueryOptions {
  readonly workspace: Pick<Workspace, "checkout">;
  readonly catalog: Pick<Catalog, "list">;
  /** The published files below each of the folders, of a part or of all. */
  readonly published: (
    folders: readonly string[],
    part: TablePart | undefined,
  ) => Promise<readonly (readonly FileRef[])[]>;
}

/** Answers reading statements over checked-out files of the lake, each in a sandbox of its own. */
export class DuckDBQuery implements Query {
  readonly #workspace: DuckDBQueryOptions["workspace"];
  readonly #catalog: DuckDBQueryOptions["catalog"];
  readonly #published: DuckDBQueryOptions["published"];

  constructor({ workspace, catalog, published }: DuckDBQueryOptions) {
    this.#workspace = workspace;
    this.#catalog = catalog;
    this.#published = published;
  }

  async *run(text: string, options: QueryOptions): AsyncGenerator<Uint8Array> {
    const scratch = await scratchFolder();
    try {
      yield* limited(
        (signal) => this.#answer(text, options, scratch, signal),
        options.limits,
        options.signal,
      );
    } finally {
      // What was left to itself may still be writing there.
      await Deno.remove(scratch, { recursive: true }).catch(() => {});
    }
  }

  async *#answer(
    text: string,
    options: QueryOptions,
    scratch: string,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const memoryLimit = `${Math.round(options.limits.memory * SHARE / 1e6)}MB`;
    let root: string | undefined;
    try {
      await using sandbox = await Sandbox.open({ scratch, memoryLimit }, signal);
      const statement = await parseStatement(sandbox.session, text);
      const named = await this.#named(sandbox, statement, options.warn);
      const files = await this.#filesOf(named.needed, options.part);
      await using checkout = await this.#workspace.checkout([...files.values()].flat());
      root = checkout.root;
      for (const { path } of [...files.values()].flat()) {
        const device = deviceFault(checkout.root, path);
        if (device !== undefined) throw new DamageError(`${device}; ${REPAIR}`, path);
      }
      await makeTables(sandbox, named, filesBelow(checkout.root, files), options.warn);
      const { answers } = await import("./answers.ts");
      yield* answers(sandbox.session, statement, options, scratch);
    } catch (error) {
      throw told(error, root, text);
    }
  }

  /** The names in a statement; where it lists what there is, also everything else that can be made. */
  async #named(
    sandbox: Sandbox,
    { tables, lists }: Named,
    warn: QueryOptions["warn"],
  ): Promise<NamedDefinitions> {
    const entries = new Entries(tables.length > 0 || lists ? await this.#catalog.list() : []);
    const needed = await entries.needed(sandbox.session, tables);
    for (const entry of entries.all) if (entry.type === "broken") warn(`${entry.problem}; it is left out`);
    const listed = lists ? await readable(sandbox, entries, warn) : [];
    return { needed, others: listed.filter((definition) => !needed.includes(definition)) };
  }

  /** The published files of tables, by the tables' locations. */
  async #filesOf(
    needed: readonly Definition[],
    part: TablePart | undefined,
  ): Promise<ReadonlyMap<string, readonly FileRef[]>> {
    const folders = [...new Set(needed.flatMap((each) => each.type === "table" ? [each.location] : []))];
    if (folders.length === 0) return new Map();
    const found = await this.#published(folders, part);
    return new Map(folders.map((folder, i) => [folder, found[i]!]));
  }
}

/** Definitions that a statement reads, and those that it only lists. */
interface NamedDefinitions {
  readonly needed: readonly Definition[];
  readonly others: readonly Definition[];
}

/** Makes what is read, and what is only listed without rows. */
async function makeTables(
  sandbox: Sandbox,
  { needed, others }: NamedDefinitions,
  files: PublishedFiles,
  warn: QueryOptions["warn"],
): Promise<void> {
  await sandbox.lock([...needed, ...others], files);
  for (const definition of needed) await sandbox.make(definition);
  for (const definition of others) await unlessBroken(warn, () => sandbox.make(definition));
}

/** All definitions that can be read, each after those that it reads. */
async function readable(
  sandbox: Sandbox,
  entries: Entries,
  warn: QueryOptions["warn"],
): Promise<Definition[]> {
  const found = new Set<Definition>();
  for (const entry of entries.all) {
    if (entry.type === "broken") continue;
    await unlessBroken(warn, async () => {
      for (const each of await entries.needed(sandbox.session, [entry])) found.add(each);
    });
  }
  return [...found];
}

async function unlessBroken(warn: QueryOptions["warn"], act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ViewError)) throw error;
    warn(`${error.message}; it is left out`);
  }
}

const GONE = /^no files found that match the pattern "(.*)"$/;
const FILE = /["']([^"']+\.(?:parquet|json\.gz))["']/;

function placed(message: string, { line, column }: Place, cause: Error): RefusedError {
  const place = line === undefined ? "" : ` (line ${line}, column ${column})`;
  return new RefusedError(message + place, { cause });
}

/** DuckDB's message; files are named from the lake's root, as everywhere else. */
function told(error: unknown, root: string | undefined, text: string): unknown {
  if (error instanceof ParseError) return placed(error.message, placeAt(text, error.position), error);
  if (!(error instanceof DuckDBError)) return error;
  const found = visible(root === undefined ? error.message : error.message.replaceAll(`${root}/`, ""));
  const gone = GONE.exec(found)?.[1];
  if (gone !== undefined) {
    const line = `reading "${gone}": it is gone, wanted the file that was published; ${REPAIR}`;
    return new DamageError(line, gone, { cause: error });
  }
  const message = `running the statement: ${found}`;
  if (error.ofStatement) return placed(message, placeOf(error), error);
  const damaged = FILE.exec(found)?.[1];
  return damaged === undefined
    ? new Error(message, { cause: error })
    : new DamageError(`${message}; ${REPAIR}`, damaged, { cause: error });
}
