import { RefusedError } from "../../../core/mod.ts";
import type { Session } from "../../sdk/duckdb/session.ts";
import { literal } from "../../sdk/duckdb/text.ts";
import { type Named, namesOf, type Tree } from "./names.ts";

/** One reading statement, judged by what DuckDB's parser makes of it. */
export interface Statement extends Named {
  /** To be run as it is. */
  readonly text: string;
  /** Its rows as a table of another statement; undefined for an EXPLAIN. */
  readonly table: string | undefined;
}

interface Parsed {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: readonly Tree[];
}

const WANTED = "one SELECT, DESCRIBE, SHOW, SUMMARIZE, or EXPLAIN of one of these";

/** `SHOW TABLES` of every database: none is the current one. */
const LISTING = "SELECT schema AS database, name FROM (SHOW ALL TABLES) ORDER BY ALL";

/** A statement that does not parse, at a place of its text in bytes where the parser tells it. */
export class ParseError extends RefusedError {
  constructor(message: string, readonly position: number | undefined) {
    super(message);
  }
}

/**
 * Parses a statement and refuses it unless it only reads, and only tables: no files by name, no functions that reach out.
 *
 * @throws {RefusedError} In one line: what was found, what was wanted.
 */
export async function parseStatement(session: Session, text: string): Promise<Statement> {
  const explained = explain(text);
  const inner = explained?.inner ?? text;
  const [row] = await session.rows(`SELECT json_serialize_sql(${literal(inner)}) AS tree`);
  const { error, error_type, error_message, position, statements = [] }: Parsed = JSON.parse(
    String(row!.tree),
  );
  if (error && error_type === "parser") {
    const found = (error_message ?? "").replaceAll(/\s+/g, " ").trim();
    throw new ParseError(
      `parsing the statement: ${found}`,
      position === undefined ? undefined : Number(position) + bytesIn(text.slice(0, -inner.length)),
    );
  }
  if (error) throw new RefusedError(`running the statement: found ${found(inner)}, wanted ${WANTED}`);
  if (statements.length !== 1) {
    const found = statements.length === 0 ? "no statement" : `${statements.length} statements`;
    throw new RefusedError(`running the statement: found ${found}, wanted ${WANTED}`);
  }
  const statement = statements[0]!;
  const body = isListing(statement) ? LISTING : inner;
  return {
    ...namesOf(statement),
    text: explained === undefined ? body : `${explained.prefix} ${body}`,
    table: explained === undefined ? `query(${literal(body)})` : undefined,
  };
}

function bytesIn(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Whether it is `SHOW TABLES`, and nothing else. */
function isListing({ node }: Tree): boolean {
  const from = (node as Tree).from_table as Tree | undefined;
  return from?.type === "SHOW_REF" && from.query === null && from.table_name === '"tables"';
}

/** White space and comments. */
const GAP = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[\s\S]*?\*/)`;
const FORMATS = "text|json|yaml|html|graphviz|mermaid";
const OPTION = String.raw`(?:ANALYZE|FORMAT${GAP}+(?:${FORMATS}))`;
const EXPLAIN = new RegExp(
  String.raw`^${GAP}*EXPLAIN(?![\p{L}\p{N}_])${GAP}*` +
    String.raw`(?:(ANALYZE)(?![\p{L}\p{N}_])|(\(${GAP}*${OPTION}${GAP}*(?:,${GAP}*${OPTION}${GAP}*)?\)))?`,
  "iu",
);

/** The beginning of an EXPLAIN, written anew, and what it explains: a statement to be parsed by itself. */
function explain(text: string): { readonly prefix: string; readonly inner: string } | undefined {
  const found = EXPLAIN.exec(text);
  if (found === null) return undefined;
  const [whole, analyze, options = ""] = found;
  const inner = text.slice(whole.length);
  const format = new RegExp(`FORMAT${GAP}+(${FORMATS})`, "i").exec(options)?.[1];
  const chosen = [
    ...(analyze !== undefined || /ANALYZE/i.test(options) ? ["ANALYZE"] : []),
    ...(format === undefined ? [] : [`FORMAT ${format}`]),
  ];
  return { prefix: chosen.length === 0 ? "EXPLAIN" : `EXPLAIN (${chosen.join(", ")})`, inner };
}

/** The kind of a statement that cannot be judged as a SELECT, by its first word; for people. */
function found(text: string): string {
  const start = text.replace(new RegExp(`^${GAP}+`), "");
  const word = /^\p{L}+/u.exec(start)?.[0].toUpperCase();
  if (word === undefined) return "no statement";
  if (/;[\s;]*\S/.test(start)) return "more than one statement";
  return /^(?:SELECT|WITH|FROM)$/.test(word) ? "a PIVOT that does not name its columns by IN" : word;
}
