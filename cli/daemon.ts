import { type Observer, type Progress, visible, type Worked } from "../core/mod.ts";
import {
  type App,
  type Command,
  type Context,
  type ExitCode,
  type Invocation,
  type Lake,
  UsageError,
} from "./context.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { reporter } from "./reporter.ts";
import { requestText } from "./run_record.ts";
import { named, number, plural } from "./text.ts";

export const daemon: Command = {
  summary: "asks for what is to be made by itself, and does the runs that are queued",
  help: `
Usage: daemon --once [--json]

--once         does what is due now, one run after the other, the most urgent first, and ends

What is due is what assets say is to be made by itself (\`automation ASSET\` tells why), and what was queued by
\`runs retry\`. At last people are told of what is wrong (\`alerts\`). What a run makes may make more due, which is done, too. A run whose process is killed is queued again, for the next that calls this; Ctrl-C
hands the run at work back. Ends with 1 if one of the runs failed.

Example:
  deno task daemon --once`,
  flags: { switches: ["once"] },
  words: 0,
  async run(invocation, context) {
    if (!invocation.has("once")) {
      throw new UsageError("starting the daemon: found no --once, wanted it: what is due is done once");
    }
    const app = await invocation.app();
    const { graph } = await app.project();
    if (!graph.assets.some(({ automation }) => automation) && !await app.isMade()) {
      return tell(invocation, context, app, [], []);
    }
    using report = reporter(context.stdout, { silent: invocation.json, now: app.now });
    const warnings: string[] = [];
    const done: Worked[] = [];
    await using lake = await app.lake("write", report.warn);
    const observe = (progress: Progress) => {
      invocation.observe(progress);
      report.observe(progress);
    };
    for await (const worked of dueWork(lake, { signal: context.signal, observe })) {
      done.push(worked);
      if ("warnings" in worked.outcome) warnings.push(...worked.outcome.warnings);
    }
    warnings.push(...lake.notices());
    await lake.sweep();
    if (!context.signal.aborted) await lake.tell(context.signal);
    report[Symbol.dispose]();
    return tell(invocation, context, app, done, warnings);
  },
};

/** Asks for what is due and does it, over and over until nothing is. */
async function* dueWork(
  { orchestrator, graph, tickers }: Lake,
  options: { readonly signal: AbortSignal; readonly observe: Observer },
): AsyncGenerator<Worked> {
  const ticking = await tickers();
  // A change passes on from asset to asset, at most so many times: no source keeps this from its end.
  for (let rounds = graph.assets.length; rounds >= 0 && !options.signal.aborted; rounds--) {
    await orchestrator.observe(options.signal);
    let asked = 0;
    for (const ticker of ticking) asked += (await ticker.tick(options.signal)).runs.length;
    yield* orchestrator.work(options);
    if (asked === 0) return;
  }
}

function tell(
  { json }: Invocation,
  { stdout, stderr }: Context,
  app: App,
  done: readonly Worked[],
  warnings: readonly string[],
): ExitCode {
  if (json) printJson(stdout, { runs: done.map(workedJson), warnings: [...app.notices, ...warnings] });
  else {
    const paint = painter(stdout);
    notify(stdout, app.notices);
    for (const warning of warnings) print(stdout, paint("yellow", `warning: ${warning}`));
    if (done.length === 0) print(stdout, "nothing is due");
    for (const worked of done) print(stdout, lineOf(worked));
  }
  for (const line of new Set(done.flatMap(errorLines))) print(stderr, visible(line));
  return done.some(({ outcome: { status } }) => status === "failed" || status === "refused") ? 1 : 0;
}

function workedJson({ run, outcome }: Worked) {
  const { status } = outcome;
  const failed = status === "refused" ? "failed" : status === "handed-back" ? "queued" : status;
  return {
    run,
    status: failed === "nothing_to_do" ? "succeeded" : failed,
    counts: "counts" in outcome ? outcome.counts : null,
    errors: "errors" in outcome ? outcome.errors : "message" in outcome ? [{ message: outcome.message }] : [],
  };
}

function lineOf({ run, request, outcome }: Worked): string {
  const head = `run ${run} (${requestText(request)})`;
  switch (outcome.status) {
    case "handed-back":
      return `${head} is queued again`;
    case "refused":
      return `${head} failed`;
    case "nothing_to_do":
      return `${head} succeeded: nothing to do`;
    default: {
      const { status, counts: { materialized, failed, blocked } } = outcome;
      const rest = [
        ...(failed > 0 ? [`${number(failed)} failed`] : []),
        ...(blocked > 0 ? [`${number(blocked)} blocked`] : []),
      ];
      return `${head} ${status}: ${
        [`${plural(materialized, "partition")} materialized`, ...rest].join(", ")
      }`;
    }
  }
}

function errorLines({ run, outcome }: Worked): string[] {
  if ("message" in outcome) return [`run ${run}: ${outcome.message}`];
  if (!("errors" in outcome)) return [];
  return outcome.errors.map(({ asset, partition, message }) =>
    `${named(asset, partition, partition)}: ${message}`
  );
}
