import { iso, logJson, type RunId, type State, visible } from "../core/mod.ts";
import { type Context, type Invocation, UsageError } from "./context.ts";
import { notify, painter, print, printJson } from "./out.ts";

/** Prints something of one run. @throws {UsageError} If there is no such run. */
export type Show = (
  state: State,
  run: RunId,
  invocation: Invocation,
  context: Context,
  notices: readonly string[],
) => Promise<void>;

/** Prints the log of a run's steps. @throws {UsageError} If there is no such run. */
export const showLogs: Show = async (state, id, { json }, { stdout }, notices) => {
  await found(state, id);
  const logs = await state.logs(id);
  if (json) {
    return printJson(stdout, { run: id, logs: logs.map(logJson), warnings: notices });
  }
  const paint = painter(stdout);
  notify(stdout, notices);
  if (logs.length === 0) print(stdout, `run ${id} logged nothing`);
  for (const { step, at, level, message, fields } of logs) {
    const said = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join("");
    const colour = level === "error" ? "red" : level === "warn" ? "yellow" : "dim";
    print(stdout, `${iso(at)} ${paint(colour, level.padEnd(5))} step ${step}: ${visible(message)}${said}`);
  }
};

/** @throws {UsageError} If there is no such run. */
export async function found(state: State, id: RunId) {
  const record = await state.run(id);
  if (record !== undefined) return record;
  const [newest] = await state.runs(1);
  const wanted = newest === undefined ? "one: there are none yet" : `one of 1 to ${newest.id}`;
  throw new UsageError(`looking for run ${id}: found no such run, wanted ${wanted}`);
}
