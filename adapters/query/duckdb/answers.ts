import { join } from "@std/path";
import { type DuckDBDataChunk, type DuckDBResult, type DuckDBValue, StatementType } from "duckdb";
import { type Json, type QueryOptions, RefusedError, visible } from "../../../core/mod.ts";
import { problem } from "../../sdk/duckdb/problem.ts";
import type { Session } from "../../sdk/duckdb/session.ts";
import { literal } from "../../sdk/duckdb/text.ts";
import { arrowStream } from "./arrow_stream.ts";
import { cellOf } from "./cell.ts";
import { jsonValue, textValue } from "./json_value.ts";
import type { Statement } from "./statement.ts";
import { textTable } from "./text_table.ts";

/** The answer's bytes, piece by piece. A piece is at least a chunk of 2,048 rows: no more is held at a time. */
export async function* answers(
  session: Session,
  statement: Statement,
  options: QueryOptions,
  scratch: string,
): AsyncGenerator<Uint8Array> {
  const { format } = options;
  if (format === "parquet") return yield* parquet(session, statement, join(scratch, "answer.parquet"));
  const result = await session.stream(statement.text);
  const parts = format === "arrow"
    ? arrowStream(result, chunks(session, result))
    : texts(session, result, { ...options, format });
  for await (const part of parts) yield typeof part === "string" ? encoder.encode(part) : part;
}

const encoder = new TextEncoder();

function texts(
  session: Session,
  result: DuckDBResult,
  { format, terminal, limits, width, head }: QueryOptions & { readonly format: "table" | "csv" | "json" },
): AsyncIterable<string> {
  const names = result.deduplicatedColumnNames();
  const rows = chunks(session, result);
  switch (format) {
    case "json":
      return json(names, rows, head ? columnsLine(names, result) : "");
    case "csv":
      return csv(names, rows, terminal ? visible : (text) => text);
    case "table":
      return result.statementType === StatementType.EXPLAIN
        ? explanation(rows)
        : textTable(names, result, rows, { most: limits.rows, width: width ?? Infinity });
  }
}

async function* chunks(session: Session, result: DuckDBResult): AsyncGenerator<DuckDBDataChunk> {
  for (;;) {
    session.signal.throwIfAborted();
    const chunk = await result.fetchChunk().catch((error) => {
      session.signal.throwIfAborted();
      throw problem(error);
    });
    // An interrupted answer ends like one that is complete.
    session.signal.throwIfAborted();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk;
  }
}

/** The columns with their types, as a line of JSON. */
function columnsLine(names: readonly string[], result: DuckDBResult): string {
  const columns = result.columnTypes().map((type, place) => ({ name: names[place]!, type: String(type) }));
  return `${jsonText(columns)}\n`;
}

async function* json(
  names: readonly string[],
  rows: AsyncIterable<DuckDBDataChunk>,
  head: string,
): AsyncGenerator<string> {
  if (head !== "") yield head;
  const keys = names.map((name) => `${jsonText(name)}:`);
  let lead = "[";
  for await (const chunk of rows) {
    const columns = keys.map((_, i) => chunk.getColumnVector(i));
    yield* pieces(chunk.rowCount, (row) => {
      const cells = columns.map((column, i) => keys[i] + jsonText(jsonValue(cellOf(column, row))));
      const line = `${lead}{${cells.join(",")}}`;
      lead = ",\n";
      return line;
    });
  }
  yield lead === "[" ? "[]\n" : "]\n";
}

/** JSON whose texts hold no control characters: those that JSON lets through steer terminals. */
function jsonText(value: Json): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

async function* csv(
  names: readonly string[],
  rows: AsyncIterable<DuckDBDataChunk>,
  shown: (text: string) => string,
): AsyncGenerator<string> {
  yield `${names.map((name) => quoted(shown(name))).join(",")}\r\n`;
  for await (const chunk of rows) {
    const columns = names.map((_, i) => chunk.getColumnVector(i));
    yield* pieces(chunk.rowCount, (row) => {
      const cells = columns.map((column) => field(cellOf(column, row), shown));
      return `${cells.join(",")}\r\n`;
    });
  }
}

/** Characters that are passed on together. */
const PIECE = 1 << 20;

/** The lines of a chunk, put together up to a size. */
function* pieces(rows: number, lineOf: (row: number) => string): Generator<string> {
  let lines: string[] = [];
  let size = 0;
  for (let row = 0; row < rows; row++) {
    const line = lineOf(row);
    lines.push(line);
    size += line.length;
    if (size < PIECE) continue;
    yield lines.join("");
    [lines, size] = [[], 0];
  }
  if (lines.length > 0) yield lines.join("");
}

/** Null is an empty field, the empty text a quoted one. */
function field(value: DuckDBValue, shown: (text: string) => string): string {
  return value === "" ? '""' : quoted(shown(textValue(value)));
}

/** A field of RFC 4180. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The plan of an EXPLAIN: drawn over several lines. */
async function* explanation(rows: AsyncIterable<DuckDBDataChunk>): AsyncGenerator<string> {
  for await (const chunk of rows) {
    const plans = chunk.getColumnVector(chunk.columnCount - 1);
    for (let row = 0; row < chunk.rowCount; row++) {
      const lines = textValue(plans.getItem(row)).trimEnd().split("\n").map(visible);
      yield `${lines.join("\n")}\n`;
    }
  }
}

async function* parquet(
  session: Session,
  { table }: Statement,
  path: string,
): AsyncGenerator<Uint8Array> {
  if (table === undefined) {
    throw new RefusedError("writing Parquet: found an EXPLAIN, wanted a statement with columns");
  }
  await session.run(`COPY (SELECT * FROM ${table}) TO ${literal(path)} (FORMAT parquet)`);
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 18);
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    yield buffer.slice(0, read);
  }
}
