import { dirname, fromFileUrl, join, resolve } from "@std/path";
import type { Catalog } from "../../../core/ports/catalog.ts";
import { type AnswerFormat, type Query, Refused } from "../../../core/ports/query.ts";
import { DuckDBProblem } from "../../sdk/duckdb/problem.ts";
import { DuckDB, type Session } from "../../sdk/duckdb/session.ts";
import { literal } from "../../sdk/duckdb/text.ts";
import { makeTables } from "./lake_tables.ts";
import { parseStatement, type Statement } from "./statement.ts";

/**
 * Answers reading statements over a lake in a local folder. Each has a DuckDB of its own, which cannot reach any file but
 * the lake's, nor change its settings, once its tables are made.
 */
export class DuckDBQuery implements Query {
  readonly #root: string;
  readonly #catalog: Catalog;

  /** @param options The lake's root, a local folder, and its catalog. */
  constructor({ root, catalog }: { readonly root: string; readonly catalog: Catalog }) {
    this.#root = resolve(root);
    this.#catalog = catalog;
  }

  async *run(text: string, format: AnswerFormat, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const scratch = await Deno.makeTempDir();
    const db = new DuckDB({ temporaryFolder: join(scratch, "spilled") });
    const connected = await db.connect(signal);
    try {
      const { session } = connected;
      const statement = await this.#prepare(session, text, scratch);
      const { answers } = await import("./answers.ts");
      yield* answers(session, statement, format, scratch);
    } catch (error) {
      throw told(error, this.#root);
    } finally {
      connected.close();
      await db.close();
      await Deno.remove(scratch, { recursive: true });
    }
  }

  async #prepare(session: Session, text: string, scratch: string): Promise<Statement> {
    const statement = await parseStatement(session, text);
    const definitions = await this.#catalog.list();
    await session.run(await prelude());
    await makeTables(session, this.#root, definitions, statement.tables);
    const folders = [this.#root, scratch].map(literal).join(", ");
    await session.run(`SET allowed_directories = [${folders}]`);
    await session.run("SET enable_external_access = false");
    await session.run("SET lock_configuration = true");
    return statement;
  }
}

async function prelude(): Promise<string> {
  return await Deno.readTextFile(join(dirname(fromFileUrl(import.meta.url)), "prelude.sql"));
}

/** What DuckDB said; files are named from the lake's root, as everywhere else. */
function told(error: unknown, root: string): unknown {
  if (!(error instanceof DuckDBProblem)) return error;
  const message = `running the statement: ${error.message.replaceAll(`${root}/`, "")}`;
  return error.ofStatement ? new Refused(message, { cause: error }) : new Error(message, { cause: error });
}
