import { hash } from "node:crypto";
import {
  type Described,
  type Engine,
  EngineError,
  type FileRef,
  type InputFile,
  type Program,
  type Question,
  type Row,
  type Transform,
  type Transformed,
  type Value,
  type Workspace,
} from "../../../core/mod.ts";
import { DuckDBError } from "../../sdk/duckdb/problem.ts";
import type { DuckDB, Session } from "../../sdk/duckdb/session.ts";
import { identifier } from "../../sdk/duckdb/text.ts";
import { describeFiles } from "./describe.ts";
import { inputColumns, overInputs, plainStatement, type UnpackedPaths } from "./input_table.ts";
import { type Joined, joined } from "./joined.ts";
import { KeptFiles } from "./kept_files.ts";
import { type Found, type Result, Results } from "./results.ts";
import { type Unpacked, unpacked } from "./unpacked.ts";
import { altered, type Unreadable, unreadable } from "./unreadable.ts";
import { isWritten, writeFiles } from "./write.ts";

/** Rows of answers that are kept for the next program of the same text and inputs: two years of 50 locations. */
const KEPT_ROWS = 1_000_000;
/** Many small files are read as so many for each thread. */
const FILES_PER_THREAD = 2;
/** Bytes of written files that are kept for the next transform that writes the same. */
const KEPT_BYTES = 32 << 20;

export interface DuckDBEngineOptions {
  readonly db: DuckDB;
  readonly workspace: Workspace;
  /** The statement of a program. */
  readonly statement: (name: string) => Promise<string>;
}

/** Runs programs as DuckDB statements over checked-out files of the lake. */
export class DuckDBEngine implements Engine {
  readonly #db: DuckDB;
  readonly #workspace: Workspace;
  readonly #statement: (name: string) => Promise<string>;
  readonly #results: Results;
  readonly #files = new KeptFiles(KEPT_BYTES);

  constructor({ db, workspace, statement }: DuckDBEngineOptions) {
    this.#db = db;
    this.#workspace = workspace;
    this.#statement = statement;
    this.#results = new Results(
      KEPT_ROWS,
      (table) => db.session(AbortSignal.any([]), (session) => session.run(`DROP TABLE ${table}`)),
    );
  }

  async transform(transform: Transform, signal: AbortSignal): Promise<readonly Transformed[]> {
    const statement = await this.#statement(transform.name);
    const failures = new Map<string, string>();
    return await this.#db.session(signal, async (session) => {
      const result = await this.#evaluate(session, transform, statement, failures);
      const { key, shared, lines } = result;
      try {
        requireColumns(transform, result.types);
        const partitions = await foundIn(session, result, transform);
        const others = transform.answersOthers ? undefined : othersIn(partitions, transform);
        if (others !== undefined) {
          return transform.outputs.map(({ partition }) => ({
            status: "failed",
            partition,
            reason: failures.get(partition) ?? others,
          }));
        }
        const outputs = transform.outputs.filter(({ partition }) =>
          !failures.has(partition) && (partitions.get(partition)?.rows ?? 0) > 0
        );
        const written = await writeFiles(transform, outputs, {
          db: this.#db,
          workspace: this.#workspace,
          result,
          files: this.#files,
          signal,
        });
        return transform.outputs.map(({ partition }): Transformed => {
          const reason = failures.get(partition);
          if (reason !== undefined) return { status: "failed", partition, reason };
          const file = written.get(partition);
          const { rows, counts } = partitions.get(partition) ??
            { rows: 0, counts: zeros(transform.counts) };
          const counted = lines.get(partition);
          return {
            status: "done",
            partition,
            rows,
            counts,
            shared,
            ...(file && { written: file }),
            ...(counted !== undefined && { lines: counted }),
          };
        });
      } finally {
        await this.#results.release(key);
      }
    });
  }

  async describe(files: readonly FileRef[], signal: AbortSignal): Promise<readonly Described[]> {
    await using checkout = await this.#workspace.checkout(files);
    const paths = files.map(({ path }) => path);
    return await this.#db.session(signal, (session) => describeFiles(session, checkout.root, paths));
  }

  async query(question: Question, signal: AbortSignal): Promise<readonly Row[]> {
    await using checkout = await this.#workspace.checkout(filesOf(question));
    const { root } = checkout;
    await using scratch = this.#workspace.scratch();
    const { paths, unreadable: bad } = await unpacked(fileTables(question), root, scratch.path);
    const few = this.#joined(question, root, scratch.path);
    const [first] = [...bad, ...few.unreadable];
    if (first !== undefined) throw new EngineError(first.reason);
    return await this.#db.session(signal, async (session) => {
      try {
        return (await session.rows(overInputs(root, few.program, question.statement, paths))).map(plainRow);
      } catch (error) {
        throw await explained(session, root, question, paths, error);
      }
    });
  }

  /** The table of a transform's answer, in use; files that cannot be read fail their partitions, and are left out. */
  async #evaluate(
    session: Session,
    transform: Transform,
    statement: string,
    failures: Map<string, string>,
  ): Promise<Result & { readonly key: string; readonly shared: boolean }> {
    const readers = readersAmong(transform);
    for (;;) {
      const program = without(transform, failures, readers);
      const order = [transform.partition, ...transform.sort];
      const key = hash("sha256", JSON.stringify([statement, program.inputs, order]));
      const known = this.#results.take(key);
      if (known !== undefined) return { key, ...known, shared: true };
      const table = `result_${crypto.randomUUID().replaceAll("-", "_")}`;
      const { lines, found } = await this.#create(session, table, transform, program, statement);
      if (found.length === 0) {
        const [rows, types] = [await rowsIn(session, table), await columnsOf(session, table)];
        const result = { table, rows, types, found: new Map(), lines };
        this.#results.add(key, result);
        return { key, ...result, shared: false };
      }
      fail(failures, found, readers);
    }
  }

  /** Makes the table of an answer. @returns The files for which there is none, if any, and the lines of the others. */
  async #create(
    session: Session,
    table: string,
    transform: Transform,
    program: Program,
    statement: string,
  ): Promise<{ readonly found: readonly Unreadable[]; readonly lines: Unpacked["lines"] }> {
    await using checkout = await this.#workspace.checkout(filesOf(program));
    const { root } = checkout;
    await using scratch = this.#workspace.scratch();
    const { lines, paths, unreadable } = await unpacked(fileTables(program), root, scratch.path);
    if (unreadable.length > 0) return { found: unreadable, lines };
    const few = this.#joined(program, root, scratch.path);
    if (few.unreadable.length > 0) return { found: few.unreadable, lines };
    const create = (program: Program) =>
      `CREATE TABLE ${table} AS ${sorted(transform, overInputs(root, program, statement, paths))}`;
    // DuckDB reads in threads of its own while the files are looked at. What it cannot read together it reads one by one.
    const [created, ...looked] = await Promise.allSettled([
      session.run(create(few.program)).catch((error) => {
        if (!(error instanceof DuckDBError) || few.read.size === 0) throw error;
        return session.run(create(program));
      }),
      ...fileTables(program).filter((table) => !few.read.has(table))
        .map(async (table) => await altered(root, table)),
    ]);
    const gone = looked.flatMap(valueOf);
    try {
      valueOf(created);
    } catch (error) {
      if (!(error instanceof DuckDBError)) throw error;
      if (gone.length > 0) return { found: gone, lines };
      const found = await unreadableIn(session, root, program, paths);
      if (found.length > 0) return { found, lines };
      const answer = `(${overInputs(root, program, statement, paths)})`;
      const columns = await columnsOf(session, answer).catch(() => undefined);
      if (columns !== undefined) requireColumns(transform, columns);
      throw failed(program, error, lineIn(statement, create(program), error));
    }
    if (gone.length > 0) await session.run(`DROP TABLE ${table}`);
    return { found: gone, lines };
  }

  #joined(program: Program, root: string, scratch: string): Joined {
    return joined(program, root, `${scratch}/joined`, FILES_PER_THREAD * this.#db.threads);
  }
}

async function unreadableIn(
  session: Session,
  root: string,
  program: Program,
  paths: UnpackedPaths,
): Promise<Unreadable[]> {
  const found: Unreadable[] = [];
  for (const table of fileTables(program)) found.push(...await unreadable(root, table, session, paths));
  return found;
}

async function explained(
  session: Session,
  root: string,
  program: Program,
  paths: UnpackedPaths,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof DuckDBError)) return error;
  const [first] = await unreadableIn(session, root, program, paths);
  return first === undefined ? failed(program, error) : new EngineError(first.reason, { cause: error });
}

/** A transform's answer as it is written: by partition, each in its order. */
function sorted(transform: Transform, statement: string): string {
  const order = [transform.partition, ...transform.sort].map(identifier).join(", ");
  return `SELECT * FROM (${statement}) ORDER BY ${order}`;
}

function failed({ name, inputs }: Program, error: DuckDBError, line?: number): EngineError {
  const place = line === undefined ? "" : `, line ${line}`;
  const [, unknown] = /^(table with name .* does not exist)/.exec(error.message) ?? [];
  const tables = Object.entries(inputs);
  const said = unknown !== undefined
    ? `${unknown}, wanted one of its inputs: ${Object.keys(inputs).join(", ") || "none"}`
    : tables.length > 0 && /^referenced column .* not found in FROM clause$/.test(error.message)
    ? `${error.message}, wanted one of its inputs: ${
      tables.map(([name, table]) => `${name} (${inputColumns(table).join(", ")})`).join(", ")
    }`
    : error.message;
  return new EngineError(`running "${name}"${place}: ${said}`, { cause: error });
}

/** The line of a program at which DuckDB stopped, within the statement around it. */
function lineIn(program: string, statement: string, { cause }: DuckDBError): number | undefined {
  const [, found] = /\nLINE (\d+):/.exec(cause instanceof Error ? cause.message : "") ?? [];
  const text = plainStatement(program);
  const linesBefore = (within: string) => within.slice(0, within.indexOf(text)).split("\n").length - 1;
  const line = Number(found) - linesBefore(statement) + linesBefore(program);
  return line >= 1 && line <= program.split("\n").length ? line : undefined;
}

function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

function filesOf(program: Program): FileRef[] {
  return fileTables(program).flatMap(({ files }) => files.map(({ ref }) => ref));
}

function fileTables({ inputs }: Program) {
  return Object.values(inputs).filter((table) => "files" in table);
}

/** The wanted partitions that cannot do without a file of a partition. */
type Readers = (partition: string) => readonly string[];

function readersAmong({ outputs, readers }: Transform): Readers {
  const wanted = new Set(outputs.map(({ partition }) => partition));
  let known: ReadonlyMap<string, readonly string[]> | undefined;
  return (partition) => {
    known ??= readers?.() ?? new Map();
    return [partition, ...known.get(partition) ?? []].filter((each) => wanted.has(each));
  };
}

/** @throws {EngineError} If one of the files is not known to be needed by some of the wanted partitions alone. */
function fail(failures: Map<string, string>, found: readonly Unreadable[], readers: Readers): void {
  for (const { file: { partition }, reason } of found) {
    const failing = partition === null ? [] : readers(partition);
    if (failing.length === 0) throw new EngineError(reason);
    for (const each of failing) if (!failures.has(each)) failures.set(each, reason);
  }
}

/** The program without the files that only partitions need which fail anyway. */
function without(program: Program, failures: ReadonlyMap<string, string>, readers: Readers): Program {
  if (failures.size === 0) return { name: program.name, inputs: program.inputs };
  const needed = ({ partition }: InputFile) => {
    const needing = partition === null ? [] : readers(partition);
    return needing.length === 0 || needing.some((each) => !failures.has(each));
  };
  const inputs = Object.entries(program.inputs).map(([name, table]) => [
    name,
    "files" in table ? { ...table, files: table.files.filter(needed) } : table,
  ]);
  return { name: program.name, inputs: Object.fromEntries(inputs) };
}

/** The types of a table's or a statement's columns, by name. */
async function columnsOf(session: Session, table: string): Promise<ReadonlyMap<string, string>> {
  const rows = await session.rows(`SELECT column_name, column_type FROM (DESCRIBE FROM ${table})`);
  return new Map(rows.map(({ column_name: name, column_type: type }) => [String(name), String(type)]));
}

/** @throws {EngineError} If the statement answers no column that is written, counted or gone by. */
function requireColumns(
  { name, partition, sort, written, counts, columns, answered = {} }: Transform,
  types: ReadonlyMap<string, string>,
): void {
  const found = [...types.keys()];
  const wanted = [
    partition,
    ...sort,
    ...written === undefined ? [] : [written],
    ...counts,
    ...columns.map(({ name }) => answered[name] ?? name),
  ];
  // DuckDB takes names of either case for one.
  const there = new Set(found.map((name) => name.toLowerCase()));
  const missing = [...new Set(wanted)].filter((name) => !there.has(name.toLowerCase()));
  if (missing.length === 0) return;
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");
  throw new EngineError(`running "${name}": found columns ${quoted(found)}, wanted ${quoted(missing)}, too`);
}

/** Why an answer does not fit: the rows that would be in no file, as nobody asked for their partition. */
function othersIn(
  found: ReadonlyMap<string | null, Found>,
  { name, outputs }: Transform,
): string | undefined {
  const wanted = new Set<string | null>(outputs.map(({ partition }) => partition));
  const others = [...found].filter(([partition]) => !wanted.has(partition));
  if (others.length === 0) return undefined;
  const rows = others.reduce((sum, [, { answered }]) => sum + answered, 0);
  const named = others.map(([partition]) => partition).filter((partition) => partition !== null).sort();
  const partition = named[0] === undefined ? "null" : JSON.stringify(named[0]);
  return `running "${name}": found ${rows} rows of partition ${partition}${
    others.length > 1 ? " and others" : ""
  }, wanted none but of those asked for`;
}

/** The rows of each partition in a transform's result, and its counts. */
async function foundIn(
  session: Session,
  { table, found: known }: Result,
  { partition, written, counts: names }: Transform,
): Promise<ReadonlyMap<string | null, Found>> {
  const asked = JSON.stringify([partition, written, names]);
  const before = known.get(asked);
  if (before !== undefined) return before;
  const sums = names.map((name) => `${identifier(name)}: sum(${identifier(name)})`);
  const rows = await session.rows(
    `SELECT ${identifier(partition)}::VARCHAR AS partition, answered, rows, counts FROM (` +
      `SELECT ${identifier(partition)}, count(*) AS answered, count(*) FILTER (${
        isWritten(written)
      }) AS rows, ` +
      `${sums.length === 0 ? "NULL" : `{${sums.join(", ")}}`} AS counts ` +
      `FROM ${table} GROUP BY ${identifier(partition)})`,
  );
  const found = new Map(rows.map(({ partition, answered, rows, counts }): [string | null, Found] => [
    partition === null ? null : String(partition),
    {
      answered: Number(answered),
      rows: Number(rows),
      counts: Object.fromEntries(
        Object.entries(counts as Record<string, bigint> ?? {}).map(([name, sum]) => [name, Number(sum)]),
      ),
    },
  ]));
  known.set(asked, found);
  return found;
}

async function rowsIn(session: Session, table: string): Promise<number> {
  const [counted] = await session.rows(`SELECT count(*) AS rows FROM ${table}`);
  return Number(counted!.rows);
}

function zeros(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, 0]));
}

function plainRow(row: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

/** Integers beyond 2^53 become text. */
function plainValue(value: unknown): Value {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  throw new TypeError(
    `reading an answer: a column is of a type without a plain value, wanted text or a number`,
  );
}
