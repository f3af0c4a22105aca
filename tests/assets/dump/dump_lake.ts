import { join } from "@std/path";
import { DuckDB } from "../../../adapters/sdk/duckdb/session.ts";
import { overInputs } from "../../../adapters/engine/duckdb/input_table.ts";
import type { Column, InputTable } from "../../../core/mod.ts";
import { COUNTRIES_FILE_COLUMNS, FILE_COLUMNS } from "../../../assets/dump/contract.ts";
import type { Cell, Cells } from "./independent.ts";

const SQL = new URL("../../../sql/", import.meta.url);

function csvTable(columns: readonly Column[], paths: readonly string[]): InputTable {
  return {
    columns,
    format: "csv",
    files: paths.map((path) => ({ ref: { path, size: 0, hash: "" }, partition: null })),
  };
}

/** A DuckDB in which the dump's statements and views are run over CSV files of one folder. */
export class DumpLake implements AsyncDisposable {
  private constructor(readonly db: DuckDB, readonly temporary: string, readonly folder: string) {}

  static async open(folder: string): Promise<DumpLake> {
    const temporary = await Deno.makeTempDir();
    const lake = new DumpLake(new DuckDB({ temporaryFolder: temporary }), temporary, folder);
    await lake.run(await Deno.readTextFile(new URL("../adapters/query/duckdb/prelude.sql", SQL)));
    return lake;
  }

  async run(statement: string): Promise<void> {
    await this.db.session(new AbortController().signal, (session) => session.run(statement));
  }

  async rows(statement: string): Promise<Cells[]> {
    const rows = await this.db.session(new AbortController().signal, (session) => session.rows(statement));
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(value)]))
    );
  }

  /** Makes the tables `answer`, `openaq_and_iso_countries_data` and the views. */
  async make(days: readonly string[], countries: string): Promise<void> {
    const read = async (name: string) => await Deno.readTextFile(new URL(name, SQL));
    const paths = await this.#unpack([...days, countries]);
    const program = async (name: string, inputs: Record<string, InputTable>) =>
      overInputs(this.folder, { name, inputs }, await read(`${name}.sql`), paths);
    const lines = csvTable(FILE_COLUMNS, days);
    await this.run(`CREATE TABLE answer AS ${await program("marts/dump", { lines })}`);
    const countryLines = csvTable(COUNTRIES_FILE_COLUMNS, [countries]);
    await this.run(
      `CREATE TABLE iso_countries_data AS SELECT *, '' AS file, 0 AS file_row FROM (${await program(
        "marts/dump_countries",
        { lines: countryLines },
      )}) WHERE written`,
    );
    await this.run(
      `CREATE TABLE openaq_and_iso_countries_data AS WITH accepted AS (
        SELECT * EXCLUDE (file_date, file_row, accepted, refused), 'file_date=' || file_date || '/x' AS file, file_row
        FROM (SELECT COLUMNS(c -> c NOT LIKE 'refused_%') FROM answer) WHERE accepted
      ), countries AS (SELECT * EXCLUDE (part, written, dropped) FROM iso_countries_data)
      ${await read("marts/dump_joined.sql")}`,
    );
    for (const view of ["base", "query_1", "query_2", "query_3", "query_4"]) {
      await this.run(`CREATE VIEW ${view} AS ${await read(`views/dump/${view}.sql`)}`);
    }
  }

  /** @returns The places of the files that were packed, by their names. */
  async #unpack(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const paths = new Map<string, string>();
    for (const name of names.filter((name) => name.endsWith(".gz"))) {
      const path = join(this.temporary, `${paths.size}.csv`);
      await Deno.writeTextFile(path, await textOf(this.folder, name));
      paths.set(name, path);
    }
    return paths;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.close();
    await Deno.remove(this.temporary, { recursive: true });
  }
}

function cell(value: unknown): Cell {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.getTime();
  return String(value);
}

/** The text of a CSV file, unpacked where its name ends in `.gz`. */
export async function textOf(folder: string, name: string): Promise<string> {
  const file = (await Deno.open(join(folder, name))).readable;
  const stream = name.endsWith(".gz") ? file.pipeThrough(new DecompressionStream("gzip")) : file;
  return await new Response(stream).text();
}
