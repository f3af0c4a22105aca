import { dirname } from "@std/path";
import { EngineError, type Transform, type Workspace, type Written } from "../../../core/mod.ts";
import { trouble } from "../../sdk/files/trouble.ts";
import { DuckDBError } from "../../sdk/duckdb/problem.ts";
import type { DuckDB, Session } from "../../sdk/duckdb/session.ts";
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
  /** The sorted table of an answer, and its columns' types; the key stands for its content. */
  readonly result: {
    readonly key: string;
    readonly table: string;
    readonly types: ReadonlyMap<string, string>;
  };
  readonly files: KeptFiles;
  readonly signal: AbortSignal;
}

/**
 * Writes one Parquet file for each wanted partition of a sorted table. A statement for each file is what makes it one and
 * keeps its rows in order: a partitioned COPY mixes up the rows of a partition, even with one thread. The statements are
 * handed over together; where they fail, one by one, so that it is known which file cannot be written. A file that was
 * written before, of the same rows and columns, is copied.
 *
 * @returns What was written, by the partition's key.
 */
export async function writeFiles(
  transform: Transform,
  outputs: Transform["outputs"],
  { db, workspace, result, files, signal }: Writing,
): Promise<ReadonlyMap<string, Written>> {
  const columns = columnsOf(transform, result.types);
  const written = new Map<string, Written>();
  const unknown: Output[] = [];
  for (const { partition, temporary } of outputs) {
    const rows = `${isWritten(transform.written)} AND ${identifier(transform.partition)} = ${
      literal(partition)
    }`;
    const select = `SELECT ${columns} FROM ${result.table} WHERE ${rows}`;
    const output = { partition, temporary, select, key: JSON.stringify([result.key, columns, rows]) };
    const known = files.get(output.key);
    if (known === undefined) unknown.push(output);
    else await stage(output, (local) => Deno.writeFileSync(local, known));
  }
  if (unknown.length === 0) return written;
  await using scratch = workspace.scratch();
  const waiting = Array.from(parts(unknown, db.threads).entries()).values();
  await db.lanes(signal, async (session) => {
    for (const [i, part] of waiting) await write(session, part, `${scratch.path}/${i}`);
  });
  return written;

  async function write(session: Session, part: readonly Output[], folder: string): Promise<void> {
    const together = await Deno.mkdir(folder, { recursive: true })
      .then(() => session.run(part.map(({ select }, i) => copy(select, `${folder}/${i}`)).join("; ")))
      .then(() => true, () => false);
    for (const [i, output] of part.entries()) {
      await stage(output, async (local) => {
        if (together) Deno.renameSync(`${folder}/${i}`, local);
        else await session.run(copy(output.select, local));
        files.add(output.key, Deno.readFileSync(local));
      });
    }
  }

  async function stage(
    { partition, temporary }: Output,
    put: (local: string) => void | Promise<void>,
  ): Promise<void> {
    const staged = await workspace.stage(temporary, async (local) => {
      signal.throwIfAborted();
      try {
        await put(local);
      } catch (error) {
        signal.throwIfAborted();
        throw failure(`writing "${temporary}"`, dirname(local), error);
      }
    });
    written.set(partition, staged);
  }
}

/** A file to be written: its rows, and what stands for them. */
interface Output {
  readonly partition: string;
  readonly temporary: string;
  readonly select: string;
  readonly key: string;
}

/** The outputs in as many parts as there are lanes. */
function parts(outputs: readonly Output[], lanes: number): Output[][] {
  const size = Math.ceil(outputs.length / lanes);
  return Array.from(
    { length: Math.ceil(outputs.length / size) },
    (_, i) => outputs.slice(i * size, (i + 1) * size),
  );
}

function copy(select: string, local: string): string {
  return `COPY (${select}) TO ${literal(local)} (FORMAT parquet, COMPRESSION snappy)`;
}

/** A time that has microseconds is stored as it is: DuckDB asks its calendar of time zones for each that it converts. */
function columnsOf({ columns, answered = {} }: Transform, types: ReadonlyMap<string, string>): string {
  const typeOf = new Map([...types].map(([name, type]) => [name.toLowerCase(), type]));
  return columns.map(({ name, type }) => {
    const own = answered[name] ?? name;
    const column = identifier(own);
    const stored = `${column}::${STORED_TIMESTAMP}`;
    const value = type !== "timestamp"
      ? column
      : typeOf.get(own.toLowerCase()) === "TIMESTAMP"
      ? `coalesce(make_timestamptz(epoch_us(${column})), ${stored})`
      : stored;
    return `${value} AS ${identifier(name)}`;
  }).join(", ");
}

function failure(action: string, folder: string, error: unknown): EngineError {
  const said = error instanceof DuckDBError ? `${action}: ${error.message}` : trouble(action, folder, error);
  return new EngineError(said, { cause: error });
}
