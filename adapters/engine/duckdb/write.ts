import { EngineError, type Transform, type Workspace, type Written } from "../../../core/mod.ts";
import { DuckDBError } from "../../sdk/duckdb/problem.ts";
import type { DuckDB } from "../../sdk/duckdb/session.ts";
import { identifier, literal } from "../../sdk/duckdb/text.ts";
import { STORED_TIMESTAMP } from "../../sdk/duckdb/types.ts";

/** The condition of the rows that are written. */
export function isWritten(written: string | undefined): string {
  return written === undefined ? "true" : identifier(written);
}

/**
 * Writes one Parquet file for each wanted partition of a sorted table, several at a time. A statement for each file is what
 * makes it one and keeps its rows in order: a partitioned COPY with more than one thread may split a partition.
 *
 * @returns What was written, by the partition's key.
 */
export async function writeFiles(
  db: DuckDB,
  workspace: Workspace,
  table: string,
  transform: Transform,
  outputs: Transform["outputs"],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Written>> {
  const columns = transform.columns.map(({ name, type }) => {
    const answered = identifier(transform.answered?.[name] ?? name);
    return `${type === "timestamp" ? `${answered}::${STORED_TIMESTAMP}` : answered} AS ${identifier(name)}`;
  }).join(", ");
  const select = `SELECT ${columns} FROM ${table} WHERE ${isWritten(transform.written)}`;
  const written = new Map<string, Written>();
  const waiting = outputs.values();
  const lane = () =>
    db.session(signal, async (session) => {
      for (const { partition, temporary } of waiting) {
        const rows = `${select} AND ${identifier(transform.partition)} = ${literal(partition)}`;
        const staged = await workspace.stage(temporary, async (local) => {
          try {
            await session.run(`COPY (${rows}) TO ${literal(local)} (FORMAT parquet, COMPRESSION snappy)`);
          } catch (error) {
            if (!(error instanceof DuckDBError)) throw error;
            throw new EngineError(`writing "${temporary}": ${error.message}`, { cause: error });
          }
        });
        written.set(partition, staged);
      }
    });
  await Promise.all(Array.from({ length: db.threads }, lane));
  return written;
}
