import {
  blockedBy,
  errorsOf,
  eventJson,
  iso,
  isoSeconds,
  type Keys,
  keysOf,
  type NumberedEvent,
  type RunId,
  runJson,
  type RunRecord,
  type State,
  stepJson,
  type StepRecord,
  visible,
  waitingIn,
  wholeFailures,
} from "../core/mod.ts";
import { type App, type Context, type Invocation, UsageError } from "./context.ts";
import { near } from "./selection.ts";
import { notify, painter, print } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { eventPages, EventRanges, isFailure } from "./run_events.ts";
import { requestText, runWaitsText } from "./run_record.ts";
import { found } from "./runs_logs.ts";
import { lasting, named, number, plural } from "./text.ts";

/** At most so many steps, and as many ranges of partitions, unless more are asked for. */
const SHOWN = 50;

/** One run with its steps and events. */
export async function showRun(
  app: App,
  state: State,
  id: RunId,
  invocation: Invocation,
  context: Context,
): Promise<void> {
  const { run, steps } = await found(state, id);
  const { notices } = app;
  const waits = (await waitingOf(app, state, [run])).get(id);
  const limit = wholeNumber(invocation, "limit", 1, 1_000_000);
  const wanted = await filterOf(invocation, state);
  const chosen = steps.filter(wanted.step);
  const keys = await keysOf(state);
  const events = (async function* () {
    for await (const page of eventPages(state, id, context.signal)) yield page.filter(wanted.event);
  })();
  if (invocation.json) {
    notify(context.log, notices);
    const shown = chosen.slice(0, limit);
    const head = {
      run: runJson(run, waits),
      errors: errorsOf(run),
      steps: shown.map((step) => stepJson(step, keys)),
    };
    return await writeJson(context, head, events, keys, limit ?? Infinity);
  }
  const { stdout } = context;
  const paint = painter(stdout);
  notify(stdout, notices);
  const took = run.ended === null ? "" : `, took ${lasting(run.ended - run.started)}`;
  print(stdout, paint("bold", `run ${id} ${run.status}: ${requestText(run.request)}`));
  print(stdout, `${run.status === "queued" ? "queued" : "started"} ${iso(run.started)}${took}`);
  if (waits !== undefined) print(stdout, paint("yellow", visible(runWaitsText(waits))));
  const ranges = new EventRanges();
  for await (const page of events) for (const event of page) ranges.add(event);
  const made = ranges.lines(keys);
  const unseen = unseenLines(run, made, wanted.asset);
  for (const lines of [chosen.map((step) => stepLine(step, keys)), [...unseen, ...made]]) {
    const most = limit ?? SHOWN;
    for (const line of lines.slice(0, most)) print(stdout, visible(line));
    if (lines.length <= most) continue;
    print(
      stdout,
      paint("dim", `… and ${number(lines.length - most)} more: --limit N, --failed, or an asset's key`),
    );
  }
}

/** Those of some runs that wait, with why. */
export async function waitingOf(app: App, state: State, runs: readonly RunRecord[]) {
  const graph = async () => (await app.project()).graph;
  return await waitingIn(state, runs, { graph, now: app.now() });
}

/** What went wrong by a run's record and no event tells of: of assets as a whole, and for want of what they need. */
function unseenLines(run: RunRecord, made: readonly string[], only: string | undefined): string[] {
  const isMeant = ({ asset }: { readonly asset: string }) => only === undefined || asset === only;
  const blocked = blockedBy(run).filter(isMeant);
  const held = blocked.filter(({ asset, message }) =>
    !made.some((line) => line.startsWith(asset) && line.endsWith(` blocked: ${message}`))
  );
  const failed = wholeFailures(run).filter(isMeant).filter(({ asset, message }) =>
    !blocked.some((each) => each.asset === asset && each.message === message)
  );
  return [
    ...failed.map(({ asset, message }) => `${asset} failed: ${message}`).filter((line) =>
      !made.includes(line)
    ),
    ...held.map(({ asset, partition, message }) => {
      const [from, to = from] = partition?.split("/") ?? [null];
      return `${named(asset, from ?? null, to ?? null)} blocked: ${message}`;
    }),
  ];
}

interface Filter {
  /** Its key, if one asset is selected. */
  readonly asset: string | undefined;
  readonly step: (step: StepRecord) => boolean;
  readonly event: (event: NumberedEvent) => boolean;
}

/** @throws {UsageError} If the state knows no such asset. */
async function filterOf({ words: [, , asset], has }: Invocation, state: State): Promise<Filter> {
  const known = asset === undefined ? [] : (await state.assets()).map(({ key }) => key);
  if (asset !== undefined && !known.includes(asset)) {
    const meant = near(asset, known);
    const hint = meant === undefined ? "wanted an asset's key" : `did you mean "${meant}"?`;
    throw new UsageError(`reading runs: found no asset "${asset}", ${hint}`);
  }
  const fits = (key: string) => asset === undefined || key === asset;
  return {
    asset,
    step: (step) => fits(step.asset) && (!has("failed") || step.failed > 0 || step.outcome === "failed"),
    event: (event) => fits(event.asset) && (!has("failed") || isFailure(event)),
  };
}

function stepLine(
  { step, asset, from, to, outcome, materialized, failed, started, ended }: StepRecord,
  keys: Keys,
): string {
  const what = named(asset, keys(asset, from), keys(asset, to), to - from + 1);
  const lost = failed > 0 ? `, ${number(failed)} ${outcome === "blocked" ? "blocked" : "failed"}` : "";
  const made = `${plural(materialized, "partition")}${lost}`;
  const took = ended === null ? `since ${isoSeconds(started)}` : `in ${lasting(ended - started)}`;
  return `step ${step} ${what} ${outcome}: ${made} ${took}`;
}

/** One document, written while the events are read: there may be many. */
async function writeJson(
  { stdout }: Context,
  head: object,
  events: AsyncIterable<readonly NumberedEvent[]>,
  keys: Keys,
  limit: number,
): Promise<void> {
  const encoder = new TextEncoder();
  stdout.write(encoder.encode(`${JSON.stringify(head).slice(0, -1)},"events":[`));
  let written = 0;
  for await (const page of events) {
    const texts = page.slice(0, limit - written).map((event) => JSON.stringify(eventJson(event, keys)));
    if (texts.length > 0) stdout.write(encoder.encode((written > 0 ? "," : "") + texts.join(",")));
    written += texts.length;
    if (written >= limit) break;
  }
  print(stdout, "]}");
}
