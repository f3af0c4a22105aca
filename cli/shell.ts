import type { CommandLog } from "./command_log.ts";
import { visible } from "../core/mod.ts";
import type { ExitCode, Input, Terminal } from "./context.ts";
import { print } from "./out.ts";
import { statementsOf } from "./statements.ts";

const HELP = `.tables        the tables and views
.schema X      the columns of a table or view
.help          this
.quit          ends, as Ctrl-D does
A statement ends with ";" and may take several lines. Ctrl-C cancels it.`;

export interface Shell {
  readonly input: Input;
  readonly stdout: Terminal;
  readonly log: CommandLog;
  /** Aborted when the whole session is to end. */
  readonly signal: AbortSignal;
  /** Writes the answer of a statement. */
  readonly answer: (statement: string, signal: AbortSignal) => Promise<void>;
}

/**
 * Answers statements as they are typed, or piped in, until the input ends. Of those that are typed, one that fails is told
 * and the session goes on; of those that are piped in, the first that fails is thrown.
 *
 * @returns The exit code; undefined where there was no statement at all.
 */
export async function shell(given: Shell): Promise<ExitCode | undefined> {
  const { input, stdout } = given;
  using lines = input.open();
  let text = "";
  let answered = false;
  for (;;) {
    const line = await lines.next(text.trim() === "" ? "airgraph> " : "     ...> ");
    given.signal.throwIfAborted();
    if (line === null) break;
    if (typeof line !== "string") {
      text = "";
      continue;
    }
    if (text.trim() === "" && /^\s*\./.test(line)) {
      const [, command = "", name = ""] = /^\s*(\.\S*)\s*(.*?)[\s;]*$/.exec(line)!;
      if (command === ".quit" || command === ".exit") return 0;
      answered = true;
      const statement = command === ".tables"
        ? "SHOW TABLES"
        : command === ".schema" && name !== ""
        ? `DESCRIBE ${name}`
        : undefined;
      if (statement === undefined) print(stdout, HELP);
      else await attempt(statement, given, lines);
      continue;
    }
    const { whole, rest } = statementsOf(`${text}${line}\n`);
    for (const statement of whole) {
      answered = true;
      await attempt(statement, given, lines);
    }
    text = rest;
  }
  if (input.typed) return 0;
  if (text.trim() !== "") {
    answered = true;
    await attempt(text, given, lines);
  }
  return answered ? 0 : undefined;
}

async function attempt(
  statement: string,
  { input, log, signal, answer }: Shell,
  lines: ReturnType<Input["open"]>,
): Promise<void> {
  if (!input.typed) return await answer(statement, signal);
  const cancelled = new AbortController();
  lines.onInterrupt(() => cancelled.abort(new Error("cancelled")));
  try {
    await answer(statement, AbortSignal.any([signal, cancelled.signal]));
  } catch (error) {
    if (signal.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    for (const line of message.split(/\s*\n\s*/)) log.error(visible(line));
  } finally {
    lines.onInterrupt(undefined);
  }
}
