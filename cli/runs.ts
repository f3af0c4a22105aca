import type { State } from "../core/mod.ts";
import { type Command, type Context, type Invocation, UsageError } from "./context.ts";
import { holdingLines, holdingsJson } from "./holdings.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { runJson, runTable } from "./run_record.ts";
import { release } from "./runs_release.ts";
import { showLogs, showRun } from "./runs_show.ts";

export const runs: Command = {
  summary: "the history: every run and what is at work, one run's steps and events, or its logs",
  help: `
Usage: runs [list] [--limit N] [--json]
       runs show ID [--json]
       runs logs ID [--json]
       runs release ID [--force] [--json]

--limit N      how many runs to list, newest first; default: 20
--force        releases what a living process holds, too: it can publish nothing more of it

\`release\` frees the partitions that a run holds whose process is no more, or is stuck.

Examples:
  deno task runs
  deno task runs show 7
  deno task runs release 7`,
  flags: { values: ["limit"], switches: ["force"] },
  words: 2,
  async run(invocation, context) {
    const { form, id } = formOf(invocation);
    const limit = wholeNumber(invocation, "limit", 1, 1_000_000);
    const app = await invocation.app();
    if (form === "release") return await release(app, id!, invocation, context);
    const state = await app.state("read");
    try {
      if (form === "show") await showRun(state, id!, invocation, context, app.notices);
      else if (form === "logs") await showLogs(state, id!, invocation, context, app.notices);
      else await list(state, limit ?? 20, invocation, context, app.notices);
    } finally {
      await state.close();
    }
    return 0;
  },
};

const FORMS = ["list", "show", "logs", "release"] as const;

/** What is asked for, of which run. @throws {UsageError} */
function formOf({ words, value, has }: Invocation): { form: typeof FORMS[number]; id?: number } {
  const [word = "list", id] = words;
  const form = FORMS.find((known) => known === word);
  if (form === undefined) {
    throw new UsageError(`reading runs: found "${word}", wanted ${FORMS.slice(0, -1).join(", ")} or release`);
  }
  const fits = (form === "list" ? id === undefined : value("limit") === undefined) &&
    (form === "release" || !has("force"));
  if (!fits) {
    throw new UsageError(
      `reading runs: found "${words.join(" ")}" with more than it takes, ` +
        "wanted list [--limit N], show ID, logs ID or release ID [--force]",
    );
  }
  if (form === "list") return { form };
  if (!/^[1-9]\d{0,14}$/.test(id ?? "")) {
    const found = id === undefined ? "no run" : `"${id}"`;
    throw new UsageError(`reading runs: found ${found}, wanted a run's number, as \`runs\` lists them`);
  }
  return { form, id: Number(id) };
}

async function list(
  state: State,
  limit: number,
  { json }: Invocation,
  { stdout }: Context,
  notices: readonly string[],
): Promise<void> {
  const [found, holdings] = [await state.runs(limit), await state.holdings()];
  if (json) {
    const claims = await holdingsJson(state, holdings);
    return printJson(stdout, { runs: found.map(runJson), claims, warnings: notices });
  }
  notify(stdout, notices);
  if (found.length === 0) print(stdout, "no runs yet");
  else for (const line of runTable(found)) print(stdout, line);
  const paint = painter(stdout);
  for (const [place, line] of (await holdingLines(state, holdings)).entries()) {
    print(stdout, holdings[place]!.alive ? line : paint("yellow", line));
  }
}
