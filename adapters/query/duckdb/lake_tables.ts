import { join } from "@std/path";
import type { Definition, TableDefinition, ViewDefinition } from "../../../core/ports/catalog.ts";
import type { Column } from "../../../core/ports/table.ts";
import { Refused } from "../../../core/ports/query.ts";
import type { Session } from "../../sdk/duckdb/session.ts";
import { identifier, literal } from "../../sdk/duckdb/text.ts";
import { duckdbType, emptyTable, STORED_TIMESTAMP } from "../../sdk/duckdb/types.ts";
import { parseStatement, type TableName } from "./statement.ts";

const GLOBS = { parquet: "*.parquet", ndjson: "*.json.gz", json: "*.json" } as const;

/**
 * Makes the catalog's tables and views in a session. Only the files of those that are asked for are looked for; the others
 * are there by name and columns.
 *
 * @param asked What a statement names; the views among it bring what they read.
 * @throws {Refused} If the catalog does not have something that is asked for.
 */
export async function makeTables(
  session: Session,
  root: string,
  definitions: readonly Definition[],
  asked: readonly TableName[],
): Promise<void> {
  const byName = new Map(definitions.map((each) => [wholeName(each), each]));
  const needed = new Set<string>();
  const made = new Set<string>();

  const need = async (asked: TableName) => {
    const whole = wholeName(asked);
    const definition = byName.get(whole);
    if (definition === undefined) throw new Refused(unknown(asked, definitions));
    if (needed.has(whole)) return;
    needed.add(whole);
    if (definition.type === "table") return;
    for (const read of await readBy(session, definition)) await need(read);
  };
  for (const each of asked) await need(each);

  const make = async (definition: Definition) => {
    const whole = wholeName(definition);
    if (made.has(whole)) return;
    made.add(whole);
    if (definition.type === "table") {
      await session.run(
        `CREATE VIEW ${target(definition)} AS ${tableStatement(root, definition, needed.has(whole))}`,
      );
      return;
    }
    for (const read of await readBy(session, definition)) {
      const known = byName.get(wholeName(read));
      if (known === undefined) return;
      await make(known);
    }
    await session.run(`SET search_path = '${definition.database},main'`);
    await session.run(`CREATE VIEW ${target(definition)} AS ${definition.statement}`);
    await session.run(`SET search_path = 'main'`);
  };
  for (const database of new Set(definitions.map(({ database }) => database))) {
    await session.run(`CREATE SCHEMA ${identifier(database)}`);
  }
  for (const definition of definitions) await make(definition);
}

/** What a view reads; names without a database are of its own. */
async function readBy(session: Session, view: ViewDefinition): Promise<TableName[]> {
  const { tables } = await parseStatement(session, view.statement);
  return tables.map(({ database, name }) => ({ database: database || view.database, name }));
}

function target({ database, name }: Definition): string {
  return `${identifier(database)}.${identifier(name)}`;
}

function wholeName({ database, name }: TableName): string {
  return `${database}.${name}`.toLowerCase();
}

function unknown({ database, name }: TableName, definitions: readonly Definition[]): string {
  const whole = database === "" ? name : `${database}.${name}`;
  const advice = `"deno task materialize" makes the lake's tables and views`;
  if (definitions.length === 0) return `reading "${whole}": the catalog is empty; ${advice}`;
  const known = definitions.map(({ database, name }) => `${database}.${name}`).join(", ");
  return `reading "${whole}": there is no such table, wanted one of ${known}; ${advice}`;
}

/** The rows of a table: its columns in the contract's order and types, those of the path last; none without files. */
function tableStatement(root: string, table: TableDefinition, needed: boolean): string {
  const columns = [...table.columns, ...table.partitionColumns];
  const folder = join(root, table.location);
  if (!needed || !hasFile(folder, GLOBS[table.format].slice(1))) return emptyTable(columns);
  const depth = table.partitionColumns.map(({ name }) => `${name}=*`).join("/");
  const glob = literal(`${folder}/${depth}/${GLOBS[table.format]}`);
  const hive = `hive_partitioning = true, hive_types = {${typed(table.partitionColumns)}}`;
  if (table.format === "parquet") {
    return `SELECT ${columns.map(stored).join(", ")} FROM read_parquet(${glob}, ${hive})`;
  }
  const format = table.format === "ndjson" ? "newline_delimited" : "array";
  const plain = columns.map(({ name }) => identifier(name)).join(", ");
  return `SELECT ${plain} FROM read_json(${glob}, ${hive}, format = '${format}', columns = {${
    typed(table.columns)
  }})`;
}

function typed(columns: readonly Column[]): string {
  return columns.map(({ name, type }) => `${identifier(name)}: ${quotedType(type)}`).join(", ");
}

function quotedType(type: Column["type"]): string {
  return `'${duckdbType(type)}'`;
}

function stored({ name, type }: Column): string {
  const column = identifier(name);
  if (type !== "timestamp") return `${column}::${duckdbType(type)} AS ${column}`;
  return `${column}::${STORED_TIMESTAMP} AT TIME ZONE 'UTC' AS ${column}`;
}

function hasFile(folder: string, suffix: string): boolean {
  try {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      if (isDirectory ? hasFile(join(folder, name), suffix) : name.endsWith(suffix)) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
