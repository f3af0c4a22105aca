import { join } from "@std/path";
import type { DuckDBDataChunk, DuckDBResult } from "duckdb";
import { type AnswerFormat, Refused } from "../../../core/ports/query.ts";
import { problem } from "../../sdk/duckdb/problem.ts";
import type { Session } from "../../sdk/duckdb/session.ts";
import { literal } from "../../sdk/duckdb/text.ts";
import { arrowStream } from "./arrow_stream.ts";
import { jsonValue, textValue } from "./json_value.ts";
import type { Statement } from "./statement.ts";
import { textTable } from "./text_table.ts";

/** The answer's bytes, piece by piece. A piece is at least a chunk of 2,048 rows: no more is held at a time. */
export async function* answers(
  session: Session,
  statement: Statement,
  format: AnswerFormat,
  scratch: string,
): AsyncGenerator<Uint8Array> {
  if (format === "parquet") return yield* parquet(session, statement, join(scratch, "answer.parquet"));
  const result = await session.stream(statement.text);
  const parts = format === "arrow"
    ? arrowStream(result, chunks(session, result))
    : texts(session, result, format);
  for await (const part of parts) yield typeof part === "string" ? encoder.encode(part) : part;
}

const encoder = new TextEncoder();

function texts(
  session: Session,
  result: DuckDBResult,
  format: "table" | "csv" | "json",
): AsyncIterable<string> {
  const names = result.deduplicatedColumnNames();
  switch (format) {
    case "json":
      return json(names, chunks(session, result));
    case "csv":
      return csv(names, chunks(session, result));
    case "table":
      return textTable(names, result, chunks(session, result));
  }
}

async function* chunks(session: Session, result: DuckDBResult): AsyncGenerator<DuckDBDataChunk> {
  for (;;) {
    session.signal.throwIfAborted();
    const chunk = await result.fetchChunk().catch((error) => {
      session.signal.throwIfAborted();
      throw problem(error);
    });
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk;
  }
}

async function* json(names: readonly string[], rows: AsyncIterable<DuckDBDataChunk>): AsyncGenerator<string> {
  const keys = names.map((name) => `${JSON.stringify(name)}:`);
  let lead = "[";
  for await (const chunk of rows) {
    const lines: string[] = [];
    const columns = keys.map((_, i) => chunk.getColumnVector(i));
    for (let row = 0; row < chunk.rowCount; row++) {
      const cells = columns.map((column, i) => keys[i] + JSON.stringify(jsonValue(column.getItem(row))));
      lines.push(`{${cells.join(",")}}`);
    }
    yield `${lead}${lines.join(",\n")}`;
    lead = ",\n";
  }
  yield lead === "[" ? "[]\n" : "]\n";
}

async function* csv(names: readonly string[], rows: AsyncIterable<DuckDBDataChunk>): AsyncGenerator<string> {
  yield `${names.map(quoted).join(",")}\r\n`;
  for await (const chunk of rows) {
    const columns = names.map((_, i) => chunk.getColumnVector(i));
    const lines = Array.from(
      { length: chunk.rowCount },
      (_, row) => `${columns.map((column) => quoted(textValue(column.getItem(row)))).join(",")}\r\n`,
    );
    yield lines.join("");
  }
}

/** A field of RFC 4180. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function* parquet(session: Session, statement: Statement, path: string): AsyncGenerator<Uint8Array> {
  if (statement.explains) {
    throw new Refused(`writing Parquet: found an EXPLAIN, wanted a statement with columns`);
  }
  await session.run(`COPY (SELECT * FROM (${statement.text})) TO ${literal(path)} (FORMAT parquet)`);
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 18);
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    yield buffer.slice(0, read);
  }
}
