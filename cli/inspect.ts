import type { AnswerFormat } from "../core/ports/query.ts";
import { type Command, type Context, type Invocation, UsageError } from "./context.ts";
import { notify } from "./out.ts";

const FORMATS: readonly AnswerFormat[] = ["table", "csv", "json", "parquet", "arrow"];

export const inspect: Command = {
  summary: "answers one reading statement over the lake's tables and views",
  help: `
Usage: inspect "SQL" [--format table|csv|json|parquet|arrow]
       inspect --file F [--format …]

--file F       a file that holds the statement
--format F     how the answer is written to stdout; default: table, or json with --json

Examples:
  deno task inspect "SELECT * FROM prod_db.vietnam ORDER BY datetime DESC LIMIT 10"
  deno task inspect "SHOW ALL TABLES"
  deno task inspect --file question.sql --format parquet > answer.parquet`,
  flags: { values: ["file", "format"] },
  words: 1,
  async run(invocation, { stdout, stderr, signal, readText }) {
    const format = formatOf(invocation);
    const statement = await statementOf(invocation, readText);
    const app = await invocation.app();
    notify(format === "table" ? stdout : stderr, app.notices);
    const query = await app.query();
    for await (const piece of query.run(statement, format, signal)) stdout.write(piece);
    return 0;
  },
};

function formatOf({ value, json }: Invocation): AnswerFormat {
  const given = value("format") ?? (json ? "json" : "table");
  const format = FORMATS.find((known) => known === given);
  if (format === undefined) {
    throw new UsageError(`reading --format: found "${given}", wanted one of ${FORMATS.join(", ")}`);
  }
  if (json && format !== "json") {
    throw new UsageError(`reading --format: found "${given}" beside --json, wanted one of them`);
  }
  return format;
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
