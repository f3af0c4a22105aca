import {
  type Graph,
  type Progress,
  type RunResult,
  type RunSelection,
  visible,
  warningLines,
} from "../core/mod.ts";
import type { App, Command, Context, ExitCode, Invocation, Lake } from "./context.ts";
import { openToMake } from "./open.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { nothingToDo, planned } from "./plan.ts";
import { reporter } from "./reporter.ts";
import { openEnd, RANGE, RANGE_HELP, requestOf } from "./request.ts";
import { chosen } from "./selection.ts";
import { table } from "./table.ts";
import { lasting, named, number, plural } from "./text.ts";

export const materialize: Command = {
  summary: "brings the selection up to date",
  help: `
Usage: materialize [SELECTION…] [--partition K]… [--from A --to B] [--force] [--dry-run] [--json]

${RANGE_HELP}
--force        makes everything selected anew, fresh or not
--dry-run      only says what would be done, as \`plan\` does

Without a range: the last DEFAULT_LOOKBACK_DAYS whole UTC days and today.

Examples:
  deno task materialize
  deno task materialize +vietnam/prod_mart --from 2018-01-01 --to 2018-12-31
  deno task materialize vietnam/dev_mart --partition 2018-01-05 --force`,
  flags: { ...RANGE, switches: ["force", "dry-run"] },
  words: Infinity,
  async run(invocation, context) {
    const app = await invocation.app();
    if (invocation.has("dry-run")) return await dryRun(invocation, context, app);
    if (!invocation.json) notify(context.stdout, app.notices);
    const started = app.now();
    using report = reporter(context, { silent: invocation.json, now: app.now });
    const judge = (lake: Lake) => lake.orchestrator.covers(requestOf(invocation, app, lake));
    const selects = (graph: Graph) => chosen(invocation.words, graph);
    await using lake = await openToMake(app, judge, report.warn, selects);
    const request = requestOf(invocation, app, lake);
    lake.orchestrator.covers(request); // refused before anything is told or done
    if (!invocation.json) notify(context.stdout, openEnd(invocation, app));
    const dropped = (await lake.dropViews()).map((key) =>
      `${key}: its file is gone: dropped from the catalog`
    );
    const observe = (progress: Progress) => {
      invocation.observe(progress);
      report.observe(progress);
    };
    const { signal } = context;
    const made = await lake.orchestrator.materialize(request, { signal, observe });
    const unswept = await unsweptOf(lake);
    const awaited = warningLines(lake.orchestrator.awaited(request));
    const held = request.force ? [] : warningLines(lake.orchestrator.heldBack(request));
    const warnings = [
      ...dropped,
      ...made.warnings,
      ...awaited,
      ...held,
      // Of a run that failed, its errors say so.
      ...made.status === "failed" ? [] : warningLines(lake.orchestrator.failedFresh(request)),
      ...unswept,
      ...await warningsOf(lake, request.assets),
    ];
    const result = { ...made, warnings };
    report[Symbol.dispose]();
    const seconds = (app.now() - started) / 1_000;
    if (invocation.json) {
      const { run, status, counts, assets, errors } = result;
      printJson(context.stdout, {
        run,
        status,
        counts,
        assets,
        requests: lake.requests(),
        warnings: [...app.notices, ...lake.notices(), ...warnings],
        errors,
        seconds,
      });
    } else summarize(context, result, lake, request, seconds);
    tell(context, result, lake);
    logEnd(context, result, seconds);
    return EXIT[result.status];
  },
};

/** The lake's warnings about the selected assets, each message once. */
async function warningsOf(lake: Lake, assets: ReadonlySet<string>): Promise<string[]> {
  const told = [...await lake.warnings()].filter(([key]) => assets.has(key))
    .flatMap(([key, warnings]) => warnings.map(({ message }) => ({ key, message })));
  return [...Map.groupBy(told, ({ message }) => message)].map(([message, [first, ...others]]) => {
    const more = others.length === 0 ? "" : ` and ${plural(others.length, "other")}`;
    return `${first!.key}${more}: ${message}`;
  });
}

const EXIT: Readonly<Record<RunResult["status"], ExitCode>> = {
  succeeded: 0,
  nothing_to_do: 0,
  failed: 1,
  cancelled: 130,
};

async function dryRun(invocation: Invocation, context: Context, app: App): Promise<ExitCode> {
  await using lake = await app.lake("read");
  const request = requestOf(invocation, app, lake);
  return await planned(invocation, context, app, lake, request);
}

function summarize(
  { stdout }: Context,
  result: RunResult,
  lake: Lake,
  request: RunSelection,
  seconds: number,
): void {
  const paint = painter(stdout);
  const { status, counts, assets, warnings, run } = result;
  for (const warning of warnings) print(stdout, paint("yellow", `warning: ${warning}`));
  if (status === "nothing_to_do") return print(stdout, nothingToDo(lake, request));
  const head = ["asset", "materialized", "unchanged", "failed", "blocked", "rows"];
  const rows = assets.map(({ key, materialized, unchanged, failed, blocked, rows }) => [
    key,
    ...[materialized, unchanged, failed, blocked, rows].map(number),
  ]);
  if (rows.length > 0) {
    const [top, ...rest] = table(head, rows);
    print(stdout, paint("bold", top!));
    for (const line of rest) print(stdout, line);
  }
  const made = `${plural(counts.materialized, "partition")} materialized (${
    number(counts.unchanged)
  } unchanged)`;
  const rest = [
    ...(counts.failed > 0 ? [`${number(counts.failed)} failed`] : []),
    ...(counts.blocked > 0 ? [`${number(counts.blocked)} blocked`] : []),
    ...(lake.requests() > 0 ? [plural(lake.requests(), "request")] : []),
  ];
  const colour = status === "succeeded" ? "green" : status === "failed" ? "red" : "yellow";
  print(
    stdout,
    `run ${run} ${paint(colour, status)} in ${lasting(seconds * 1_000)}: ${[made, ...rest].join(", ")}`,
  );
  const hint = lake.hint();
  if (hint !== null && status === "succeeded") print(stdout, `look at it: ${hint}`);
}

/** Tells how the run ended where progress is told as data. */
function logEnd({ log }: Context, { run, status, counts, warnings }: RunResult, seconds: number): void {
  if (!log.structured) return;
  const fields = { run, status, ...counts, seconds, warnings };
  if (status === "failed") log.error("run ended", fields);
  else log.info("run ended", fields);
}

/** At most so many errors of one run are printed. */
const TOLD = 50;

function tell({ log }: Context, { errors, run }: RunResult, { orchestrator }: Lake): void {
  if (log.structured) return; // told with the progress
  for (const { asset, partition, message } of errors.slice(0, TOLD)) {
    const set = orchestrator.partitions(asset);
    const isKey = partition === null || set.ordinal(partition) !== undefined;
    const [from, to] = isKey ? [partition, partition] : partition.split("/") as [string, string];
    log.error(`${named(asset, from, to)}: ${visible(message)}`);
  }
  if (errors.length > TOLD) {
    log.error(`${number(errors.length - TOLD)} more: deno task runs show ${run}`);
  }
}

/** Sweeps what nothing needs. @returns Why that failed, if it did: what was made stands all the same. */
async function unsweptOf(lake: Lake): Promise<readonly string[]> {
  try {
    await lake.sweep();
    return [];
  } catch (error) {
    return [`lake: ${error instanceof Error ? error.message : error}`];
  }
}
