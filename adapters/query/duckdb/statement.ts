import { Refused } from "../../../core/ports/query.ts";
import type { Session } from "../../sdk/duckdb/session.ts";
import { literal } from "../../sdk/duckdb/text.ts";

/** A table as a statement names it; `database` is empty where the name stands alone. */
export interface TableName {
  readonly database: string;
  readonly name: string;
}

/** One reading statement, judged by what DuckDB's parser makes of it. */
export interface Statement {
  readonly text: string;
  readonly explains: boolean;
  /** The tables it names, without those that it defines itself. */
  readonly tables: readonly TableName[];
}

type Tree = Readonly<Record<string, unknown>>;

const WANTED = "one SELECT, DESCRIBE, SHOW, SUMMARIZE, or EXPLAIN of one of these";

/** Functions that make rows of their arguments alone. */
const TABLE_FUNCTIONS = new Set(["generate_series", "range", "repeat", "repeat_row", "unnest"]);

/** Functions that look outside of the query, or bind another one. */
const HIDDEN_FUNCTIONS = new Set([
  "current_setting",
  "currval",
  "getenv",
  "getvariable",
  "json_deserialize_sql",
  "json_serialize_plan",
  "nextval",
  "write_log",
]);

/** What `SHOW` may list. */
const SHOWN = new Set(['"databases"', '"tables"', "__show_tables_expanded"]);

/** `SHOW TABLES` of every database: none is the current one. */
const LISTING = "SELECT schema AS database, name FROM (SHOW ALL TABLES) ORDER BY ALL\n";

const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/**
 * Parses a statement and refuses it unless it only reads, and only tables: no files by name, no functions that reach out.
 *
 * @throws {Refused} In one line: what was found, what was wanted.
 */
export async function parseStatement(session: Session, text: string): Promise<Statement> {
  const explained = explain(text);
  const inner = explained?.inner ?? text;
  const [row] = await session.rows(`SELECT json_serialize_sql(${literal(inner)}) AS tree`);
  const parsed: { error: boolean; error_type?: string; error_message?: string; statements?: Tree[] } = JSON
    .parse(
      String(row!.tree),
    );
  if (parsed.error) {
    throw parsed.error_type === "parser"
      ? new Refused(`parsing the statement: ${oneLine(parsed.error_message ?? "")}`)
      : new Refused(`running the statement: found ${found(inner)}, wanted ${WANTED}`);
  }
  const statements = parsed.statements ?? [];
  if (statements.length !== 1) {
    throw new Refused(`running the statement: found ${statements.length} statements, wanted ${WANTED}`);
  }
  const tables = tablesOf(statements[0]!);
  const body = /^\s*SHOW\s+TABLES\s*$/i.test(withoutEnd(inner)) ? LISTING : withoutEnd(inner);
  return {
    text: explained === undefined ? body : `${explained.prefix} ${body}`,
    explains: explained !== undefined,
    tables,
  };
}

function tablesOf(statement: Tree): TableName[] {
  const tables: TableName[] = [];
  const own = new Set<string>();
  visit(statement, (node) => {
    const map = (node.cte_map as { map?: { key: string }[] } | undefined)?.map ?? [];
    for (const { key } of map) own.add(key.toLowerCase());
    if (node.type === "RECURSIVE_CTE_NODE") own.add(String(node.cte_name).toLowerCase());
    if (node.type === "BASE_TABLE") tables.push(baseTable(node));
    if (node.type === "TABLE_FUNCTION") tableFunction(node);
    if (node.type === "SHOW_REF") show(node);
    if (node.class === "FUNCTION") scalarFunction(node);
  });
  return tables.filter(({ database, name }) => !(database === "" && own.has(name.toLowerCase())));
}

/** A file as a table has no plain name: that alone keeps every file out, whatever the statement defines by WITH. */
function baseTable({ catalog_name, schema_name, table_name }: Tree): TableName {
  const name = String(table_name);
  const database = String(schema_name);
  const whole = [catalog_name, database, name].filter((part) => part !== "").join(".");
  if (catalog_name !== "" || !PLAIN_NAME.test(name) || (database !== "" && !PLAIN_NAME.test(database))) {
    throw new Refused(`reading "${whole}": found no table's name, wanted a table or view of the catalog`);
  }
  return { database, name };
}

function tableFunction(node: Tree): void {
  const name = String((node.function as Tree).function_name).toLowerCase();
  if (!TABLE_FUNCTIONS.has(name)) {
    throw new Refused(
      `calling "${name}": it reaches beyond the lake's tables, wanted one of ${
        [...TABLE_FUNCTIONS].join(", ")
      }`,
    );
  }
}

function scalarFunction({ function_name }: Tree): void {
  const name = String(function_name).toLowerCase();
  if (HIDDEN_FUNCTIONS.has(name)) throw new Refused(`calling "${name}": it reaches beyond the lake's tables`);
}

function show({ query, table_name }: Tree): void {
  if (query === null && !SHOWN.has(String(table_name))) {
    throw new Refused(`showing ${String(table_name)}: wanted tables, databases, or the name of a table`);
  }
}

function visit(value: unknown, see: (node: Tree) => void): void {
  if (Array.isArray(value)) return value.forEach((each) => visit(each, see));
  if (typeof value !== "object" || value === null) return;
  see(value as Tree);
  for (const each of Object.values(value)) visit(each, see);
}

/** White space and comments. */
const GAP = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[\s\S]*?\*/)`;
const EXPLAIN = new RegExp(
  String.raw`^${GAP}*EXPLAIN(?![\p{L}\p{N}_])${GAP}*(ANALYZE(?![\p{L}\p{N}_]))?`,
  "iu",
);

/** The prefix of an EXPLAIN, written anew, and what it explains. */
function explain(text: string): { readonly prefix: string; readonly inner: string } | undefined {
  const found = EXPLAIN.exec(text);
  if (found === null) return undefined;
  return {
    prefix: found[1] === undefined ? "EXPLAIN" : "EXPLAIN ANALYZE",
    inner: text.slice(found[0].length),
  };
}

/** What a statement that is no plain SELECT is, by its first word. */
function found(text: string): string {
  const start = text.replace(new RegExp(`^${GAP}+`), "");
  const word = /^\p{L}+/u.exec(start)?.[0].toUpperCase();
  if (word === undefined) return "no statement";
  if (/;/.test(withoutEnd(start))) return "more than one statement";
  return /^(?:SELECT|WITH|FROM)$/.test(word) ? "a PIVOT that does not name its columns by IN" : word;
}

/** Without the semicolon, so that it can stand inside another statement; a trailing comment ends with its line. */
function withoutEnd(text: string): string {
  return `${text.replace(new RegExp(`(?:${GAP}|;)+$`), "")}\n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
