import { type Observer, type Progress, visible, type Worked } from "../core/mod.ts";
import { requestsRuns, silentGraphLines } from "./daemon_signs.ts";
import type { App, Context, ExitCode, Invocation, Lake } from "./context.ts";
import { errorLines, workedJson, workedLine } from "./daemon_lines.ts";
import { logWorked } from "./daemon_log.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { reporter } from "./reporter.ts";

/** Does what is due now, and ends. */
export async function daemonOnce(invocation: Invocation, context: Context): Promise<ExitCode> {
  const app = await invocation.app();
  const project = await app.project();
  if (!requestsRuns(project) && !await app.isMade() && await isIdle(app)) {
    return tell(invocation, context, app, { done: [], warnings: silentGraphLines(project), down: [] });
  }
  using report = reporter(context, { silent: invocation.json, now: app.now });
  const warnings: string[] = [];
  const done: Worked[] = [];
  await using lake = await app.lake("write", { warn: report.warn, patient: true });
  const observe = (progress: Progress) => {
    invocation.observe(progress);
    report.observe(progress);
  };
  for await (const worked of dueWork(lake, { signal: context.signal, observe })) {
    done.push(worked);
    if ("warnings" in worked.outcome) warnings.push(...worked.outcome.warnings);
  }
  for (const [run, asset] of await lake.orchestrator.leftToOthers()) {
    warnings.push(`run ${run} waits for who has the registered code of ${asset}`);
  }
  warnings.push(...lake.notices());
  await lake.sweep();
  if (!context.signal.aborted) await lake.tell(context.signal);
  const outages = await lake.orchestrator.outages();
  const down = [...outages].map(([pool, { message }]) => `${pool} is down: ${message}; what asks it waits`);
  report[Symbol.dispose]();
  if (done.length === 0) warnings.push(...silentGraphLines(project));
  return tell(invocation, context, app, { done, warnings, down });
}

/** Asks for what is due and does it, over and over until nothing is. */
async function* dueWork(
  { orchestrator, graph, tickers }: Lake,
  options: { readonly signal: AbortSignal; readonly observe: Observer },
): AsyncGenerator<Worked> {
  const ticking = await tickers();
  // A change passes on from asset to asset, at most so many times: no source keeps this from its end.
  for (let rounds = graph.assets.length; rounds >= 0 && !options.signal.aborted; rounds--) {
    await orchestrator.observe(options.signal);
    for (const ticker of ticking) await ticker.tick(options.signal);
    // What is done may have been requested by another, and makes more due all the same.
    let done = 0;
    for await (const worked of orchestrator.work(options)) {
      done++;
      // A backfill comes to its end, and what each of its batches changes passes on, too.
      if (worked.request.tags?.backfill !== undefined) rounds = graph.assets.length;
      yield worked;
    }
    if (done === 0) return;
  }
}

/** Whether nothing is queued or will be. */
async function isIdle(app: App): Promise<boolean> {
  const state = await app.state("read");
  try {
    if ((await state.backfills.list("open")).length > 0) return false;
    return (await state.runCounts()).queued === 0;
  } finally {
    await state.close();
  }
}

/** The outcome of `daemon --once`. */
interface Told {
  readonly done: readonly Worked[];
  readonly warnings: readonly string[];
  /** A line for each service that is down: what asks it is due, and not done. */
  readonly down: readonly string[];
}

function tell(
  { json }: Invocation,
  { stdout, log }: Context,
  app: App,
  { done, warnings, down }: Told,
): ExitCode {
  if (json) {
    printJson(stdout, { runs: done.map(workedJson), warnings: [...app.notices, ...warnings, ...down] });
  } else {
    const paint = painter(stdout);
    notify(stdout, app.notices);
    for (const warning of warnings) print(stdout, paint("yellow", `warning: ${warning}`));
    if (done.length === 0) print(stdout, "nothing is due");
    for (const worked of done) print(stdout, workedLine(worked));
  }
  if (log.structured) {
    for (const warning of warnings) log.warn(warning);
    for (const worked of done) logWorked(log, worked);
    for (const line of down) log.error(line);
  } else for (const line of new Set([...done.flatMap(errorLines), ...down])) log.error(visible(line));
  if (down.length > 0) return 1;
  return done.some(({ outcome: { status } }) => status === "failed" || status === "refused") ? 1 : 0;
}
