import { dirname } from "@std/path";
import { EngineError, type Transform, type Workspace, type Written } from "../../../core/mod.ts";
import { trouble } from "../../sdk/files/trouble.ts";
import { DuckDBError } from "../../sdk/duckdb/problem.ts";
import type { DuckDB } from "../../sdk/duckdb/session.ts";
import { identifier, literal } from "../../sdk/duckdb/text.ts";
import { STORED_TIMESTAMP } from "../../sdk/duckdb/types.ts";
import type { KeptFiles } from "./kept_files.ts";

/** The condition of the rows that are written. */
export function isWritten(written: string | undefined): string {
  return written === undefined ? "true" : identifier(written);
}

/** Where files are written from and to. */
export interface Writing {
  readonly db: DuckDB;
  readonly workspace: Workspace;
  /** The sorted table of an answer; the key stands for its content. */
  readonly result: { readonly key: string; readonly table: string };
  readonly files: KeptFiles;
  readonly signal: AbortSignal;
}

/**
 * Writes one Parquet file for each wanted partition of a sorted table, several at a time. A statement for each file is what
 * makes it one and keeps its rows in order: a partitioned COPY with more than one thread may split a partition.
 * A file that was written before, of the same rows and columns, is copied.
 *
 * @returns What was written, by the partition's key.
 */
export async function writeFiles(
  transform: Transform,
  outputs: Transform["outputs"],
  { db, workspace, result, files, signal }: Writing,
): Promise<ReadonlyMap<string, Written>> {
  const columns = columnsOf(transform);
  const written = new Map<string, Written>();
  const waiting = outputs.values();
  const lane = () =>
    db.session(signal, async (session) => {
      for (const { partition, temporary } of waiting) {
        const rows = `${isWritten(transform.written)} AND ${identifier(transform.partition)} = ${
          literal(partition)
        }`;
        const key = JSON.stringify([result.key, columns, rows]);
        const staged = await workspace.stage(temporary, async (local) => {
          try {
            const known = files.get(key);
            if (known !== undefined) return await Deno.writeFile(local, known);
            const select = `SELECT ${columns} FROM ${result.table} WHERE ${rows}`;
            await session.run(`COPY (${select}) TO ${literal(local)} (FORMAT parquet, COMPRESSION snappy)`);
            files.add(key, await Deno.readFile(local));
          } catch (error) {
            signal.throwIfAborted();
            throw failure(`writing "${temporary}"`, dirname(local), error);
          }
        });
        written.set(partition, staged);
      }
    });
  await Promise.all(Array.from({ length: db.threads }, lane));
  return written;
}

function columnsOf({ columns, answered = {} }: Transform): string {
  return columns.map(({ name, type }) => {
    const column = identifier(answered[name] ?? name);
    return `${type === "timestamp" ? `${column}::${STORED_TIMESTAMP}` : column} AS ${identifier(name)}`;
  }).join(", ");
}

function failure(action: string, folder: string, error: unknown): EngineError {
  const said = error instanceof DuckDBError ? `${action}: ${error.message}` : trouble(action, folder, error);
  return new EngineError(said, { cause: error });
}
