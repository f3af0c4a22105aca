import type { AnswerFormat, QueryLimits } from "../core/mod.ts";
import { type Command, type Context, type Invocation, UsageError } from "./context.ts";
import { formatOf } from "./parse.ts";
import { notify } from "./out.ts";

const FORMATS: readonly AnswerFormat[] = ["table", "csv", "json", "parquet", "arrow"];

export const inspect: Command = {
  summary: "answers one reading statement over the lake's tables and views",
  help: `
Usage: inspect "SQL" [--format table|csv|json|parquet|arrow] [--timeout S] [--memory MB] [--rows N]
       inspect --file F [--format …]
       inspect

--file F       a file that holds the statement
--format F     how the answer is written to stdout; default: table, or json with --json
--timeout S    seconds that the answer may take; default: 60
--memory MB    megabytes of memory that the process may take; default: 1000
--rows N       rows that the format table shows; default: 1000

Without a statement, those that are typed or piped in are answered, each up to its ";". In a terminal there are
a history, .tables, .schema X and .quit, and Ctrl-C cancels a statement.

Examples:
  deno task inspect "SELECT * FROM prod_db.vietnam ORDER BY datetime DESC LIMIT 10"
  deno task inspect "SHOW ALL TABLES"
  deno task inspect --file question.sql --format parquet > answer.parquet`,
  flags: { values: ["file", "format", "timeout", "memory", "rows"] },
  words: 1,
  async run(invocation, { stdout, log, signal, readText, input }) {
    const format = formatOf(invocation, FORMATS, "table");
    const limits = limitsOf(invocation);
    const typing = invocation.words.length === 0 && invocation.value("file") === undefined
      ? input
      : undefined;
    const statement = typing === undefined ? await statementOf(invocation, readText) : undefined;
    const terminal = stdout.columns() !== undefined;
    if (terminal && (format === "parquet" || format === "arrow")) {
      throw new UsageError(
        `writing ${format}: found a terminal, wanted a file: ` +
          `deno task inspect … --format ${format} > answer.${format}`,
      );
    }
    const app = await invocation.app();
    notify(format === "table" ? stdout : log, app.notices);
    const query = await app.query();
    const warn = (message: string) => log.warn(message);
    const answer = async (statement: string, signal: AbortSignal) => {
      const width = stdout.columns() || Infinity;
      for await (const piece of query.run(statement, { format, limits, signal, terminal, width, warn })) {
        if (!await unlessAborted(stdout.send(piece), signal)) break;
      }
    };
    if (typing === undefined) {
      await answer(statement!, signal);
      return 0;
    }
    const { shell } = await import("./shell.ts");
    return await shell({ input: typing, stdout, log, signal, answer }) ?? throwNoStatement();
  },
};

function throwNoStatement(): never {
  throw new UsageError("inspecting: found no statement, wanted either a statement or --file");
}

/** A reader that takes nothing must not hold who cancels. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Less than this and DuckDB does not even start. */
const LEAST_MEMORY = 300;

function limitsOf({ value }: Invocation): QueryLimits {
  const number = (flag: string, usual: number, least: number) => {
    const given = value(flag) ?? String(usual);
    if (/^\d{1,9}$/.test(given) && Number(given) >= least) return Number(given);
    throw new UsageError(`reading --${flag}: found "${given}", wanted a whole number from ${least}`);
  };
  return {
    timeout: number("timeout", 60, 1) * 1_000,
    memory: number("memory", 1_000, LEAST_MEMORY) * 1_000_000,
    rows: number("rows", 1_000, 1),
  };
}

async function statementOf(
  { words: [statement], value }: Invocation,
  readText: Context["readText"],
): Promise<string> {
  const file = value("file");
  if ((statement === undefined) === (file === undefined)) {
    const found = file === undefined ? "no statement" : "a statement beside --file";
    throw new UsageError(`inspecting: found ${found}, wanted either a statement or --file`);
  }
  if (file === undefined) return statement!;
  const text = await readText(file);
  if (text === undefined) {
    throw new UsageError(
      `reading --file: found no file "${file}" that can be read, wanted one with one statement`,
    );
  }
  return text;
}
