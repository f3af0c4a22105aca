import { runsJson, type State, visible } from "../core/mod.ts";
import { type App, type Command, type Context, type Invocation, UsageError } from "./context.ts";
import { holdingLines } from "./holdings.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { runTable, runWaitsText } from "./run_record.ts";
import { release } from "./runs_release.ts";
import { showLogs } from "./runs_logs.ts";
import { showRun, waitingOf } from "./runs_show.ts";

export const runs: Command = {
  summary: "the history: every run and what is at work, one run's steps and events, or its logs",
  help: `
Usage: runs [list] [--limit N] [--json]
       runs show ID [ASSET] [--failed] [--limit N] [--json]
       runs logs ID [--json]
       runs cancel ID [--json]
       runs retry ID [--json]
       runs release ID [--force] [--json]

--limit N      how many runs to list, newest first; default: 20. Of one run: how many steps, and how many ranges
               of partitions; default: 50, with --json all of both
ASSET          only what happened to this asset
--failed       only what failed
--force        releases what a living process holds, too: it can publish nothing more of it

\`cancel\` takes a run out of the queue, or asks the process that works on it to end it as Ctrl-C does. \`retry\` queues
a run over what a run failed at or did not reach, for \`daemon\` or \`daemon --once\`; one that is queued or at work for it
already is named. \`release\` frees the partitions that a run holds whose process is no more, or is stuck.

Examples:
  deno task runs
  deno task runs show 7
  deno task runs show 7 vietnam/dev_mart --failed
  deno task runs retry 7
  deno task runs release 7`,
  flags: { values: ["limit"], switches: ["force", "failed"] },
  words: 3,
  async run(invocation, context) {
    const { form, id } = formOf(invocation);
    const limit = wholeNumber(invocation, "limit", 1, 1_000_000);
    const app = await invocation.app();
    if (form === "release") return await release(app, id!, invocation, context);
    if (form === "cancel") {
      return await (await import("./runs_cancel.ts")).cancel(app, id!, invocation, context);
    }
    if (form === "retry") return await (await import("./runs_retry.ts")).retry(app, id!, invocation, context);
    const state = await app.state("read");
    try {
      if (form === "show") await showRun(app, state, id!, invocation, context);
      else if (form === "logs") await showLogs(state, id!, invocation, context, app.notices);
      else await list(app, state, limit ?? 20, invocation, context);
    } finally {
      await state.close();
    }
    return 0;
  },
};

const FORMS = ["list", "show", "logs", "cancel", "retry", "release"] as const;

const TAKES: Readonly<
  Record<typeof FORMS[number], { readonly words: number; readonly flags: readonly string[] }>
> = {
  list: { words: 1, flags: ["limit"] },
  show: { words: 3, flags: ["limit", "failed"] },
  logs: { words: 2, flags: [] },
  cancel: { words: 2, flags: [] },
  retry: { words: 2, flags: [] },
  release: { words: 2, flags: ["force"] },
};

/** Reads which answer is wanted, and of which run. @throws {UsageError} */
function formOf({ words, value, has }: Invocation): { form: typeof FORMS[number]; id?: number } {
  const [word = "list", id] = words;
  const form = FORMS.find((known) => known === word);
  if (form === undefined) {
    throw new UsageError(`reading runs: found "${word}", wanted ${FORMS.slice(0, -1).join(", ")} or release`);
  }
  const given = ["limit", "force", "failed"].filter((flag) => has(flag) || value(flag) !== undefined);
  const takes = TAKES[form];
  if (words.length > takes.words || given.some((flag) => !takes.flags.includes(flag))) {
    throw new UsageError(
      `reading runs: found "${words.join(" ")}" with more than it takes, wanted list [--limit N], ` +
        "show ID [ASSET] [--failed] [--limit N], logs ID, cancel ID, retry ID or release ID [--force]",
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
  app: App,
  state: State,
  limit: number,
  { json }: Invocation,
  { stdout, log }: Context,
): Promise<void> {
  const { notices } = app;
  const [found, holdings] = [await state.runs(limit), await state.holdings()];
  const waiting = await waitingOf(app, state, found);
  if (json) {
    notify(log, notices);
    return printJson(stdout, await runsJson(state, found, { holdings, waiting }));
  }
  notify(stdout, notices);
  if (found.length === 0) print(stdout, "no runs yet");
  else for (const line of runTable(found)) print(stdout, line);
  const paint = painter(stdout);
  for (const [run, waits] of waiting) {
    print(stdout, paint("yellow", visible(`run ${run} ${runWaitsText(waits)}`)));
  }
  for (const [place, line] of (await holdingLines(state, holdings)).entries()) {
    print(stdout, holdings[place]!.alive ? line : paint("yellow", line));
  }
}
