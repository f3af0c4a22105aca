import type { State } from "../core/mod.ts";
import { type Command, type Context, type Invocation, UsageError } from "./context.ts";
import { notify, print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { runJson, runTable } from "./run_record.ts";
import { showLogs, showRun } from "./runs_show.ts";

export const runs: Command = {
  summary: "the history: every run, one run's steps and events, or its logs",
  help: `
Usage: runs [list] [--limit N] [--json]
       runs show ID [--json]
       runs logs ID [--json]

--limit N      how many runs to list, newest first; default: 20

Examples:
  deno task runs
  deno task runs show 7
  deno task runs logs 7`,
  flags: { values: ["limit"] },
  words: 2,
  async run(invocation, context) {
    const [form = "list", id, ...rest] = invocation.words;
    const limit = wholeNumber(invocation, "limit", 1, 1_000_000);
    const show = FORMS[form];
    if (show === undefined && form !== "list") {
      throw new UsageError(`reading runs: found "${form}", wanted list, show or logs`);
    }
    if (form === "list" ? id !== undefined : rest.length > 0 || limit !== undefined) {
      throw new UsageError(
        `reading runs: found "${invocation.words.join(" ")}", wanted list, show ID or logs ID`,
      );
    }
    if (show !== undefined && !/^[1-9]\d{0,14}$/.test(id ?? "")) {
      const found = id === undefined ? "no run" : `"${id}"`;
      throw new UsageError(`reading runs: found ${found}, wanted a run's number, as \`runs\` lists them`);
    }
    const app = await invocation.app();
    const state = await app.state();
    try {
      if (show !== undefined) await show(state, Number(id), invocation, context, app.notices);
      else await list(state, limit ?? 20, invocation, context, app.notices);
    } finally {
      await state.close();
    }
    return 0;
  },
};

const FORMS: Readonly<Record<string, typeof showRun>> = { show: showRun, logs: showLogs };

async function list(
  state: State,
  limit: number,
  { json }: Invocation,
  { stdout }: Context,
  notices: readonly string[],
): Promise<void> {
  const found = await state.runs(limit);
  if (json) return printJson(stdout, { runs: found.map(runJson), warnings: notices });
  notify(stdout, notices);
  if (found.length === 0) print(stdout, "no runs yet");
  else for (const line of runTable(found)) print(stdout, line);
}
