import { type Event, iso, type RunId, type State } from "../core/mod.ts";
import { visible } from "../core/visible.ts";
import { type Context, type Invocation, UsageError } from "./context.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { keysOf } from "./partition_keys.ts";
import { requestText, runJson } from "./run_record.ts";
import { lasting, named, number, plural } from "./text.ts";

/** How many events are read at once. */
const PAGE = 1_000;

type Show = (
  state: State,
  run: RunId,
  invocation: Invocation,
  context: Context,
  notices: readonly string[],
) => Promise<void>;

/** One run with its steps and events. @throws {UsageError} If there is no such run. */
export const showRun: Show = async (state, id, { json }, { stdout, stderr, signal }, notices) => {
  const { run, steps } = await found(state, id);
  const keys = await keysOf(state);
  if (json) {
    notify(stderr, notices);
    const head = JSON.stringify({ run: runJson(run), steps: steps.map(stepJson) });
    const bytes = new TextEncoder();
    stdout.write(bytes.encode(`${head.slice(0, -1)},"events":[`));
    let separator = "";
    for await (const page of eventPages(state, id, signal)) {
      const texts = page.map((event) => JSON.stringify(eventJson(event)));
      stdout.write(bytes.encode(separator + texts.join(",")));
      separator = ",";
    }
    return print(stdout, "]}");
  }
  const paint = painter(stdout);
  notify(stdout, notices);
  const took = run.ended === null ? "" : `, took ${lasting(run.ended - run.started)}`;
  print(stdout, paint("bold", `run ${id} ${run.status}: ${requestText(run.request)}`));
  print(stdout, `started ${iso(run.started)}${took}`);
  for (const { step, asset, from, to, outcome, materialized, failed, started, ended } of steps) {
    const what = named(asset, keys(asset, from), keys(asset, to), to - from + 1);
    const lost = failed > 0 ? `, ${number(failed)} failed` : "";
    const made = `${plural(materialized, "partition")}${lost} in ${lasting(ended - started)}`;
    print(stdout, `step ${step} ${what} ${outcome}: ${made}`);
  }
  for await (const page of eventPages(state, id, signal)) {
    for (const event of page) print(stdout, visible(eventText(event)));
  }

  function stepJson(
    { step, asset, from, to, started, ended, outcome, materialized, failed }: typeof steps[number],
  ) {
    const range = { from: keys(asset, from), to: keys(asset, to) };
    return { step, asset, ...range, started: iso(started), ended: iso(ended), outcome, materialized, failed };
  }

  function eventJson(event: Event) {
    const { seq, kind, asset, at } = event;
    const common = { seq, kind, asset, at: iso(at) };
    switch (event.kind) {
      case "materialized": {
        const { dataVersion, payload: { rows, files, metadata }, checks } = event;
        return {
          ...common,
          partition: keys(asset, event.partition),
          dataVersion,
          rows,
          files,
          metadata,
          checks,
        };
      }
      case "checked":
        return { ...common, partition: keys(asset, event.partition), checks: event.checks };
      default: {
        const { kind: _kind, seq: _seq, asset: _asset, at: _at, run: _run, from, to, ...rest } = event;
        return { ...common, from: keys(asset, from), to: keys(asset, to), ...rest };
      }
    }
  }

  function eventText(event: Event): string {
    const { seq, asset } = event;
    if (event.kind === "materialized" || event.kind === "checked") {
      const key = keys(asset, event.partition);
      const failed = event.checks.filter(({ passed }) => !passed).map(({ check }) =>
        `, check "${check}" failed`
      );
      const content = event.kind === "checked"
        ? ""
        : `${
          event.payload.rows === null ? "" : ` ${plural(event.payload.rows, "row")},`
        } version ${event.dataVersion}`;
      return `${seq} ${named(asset, key, key)} ${event.kind}${content}${failed.join("")}`;
    }
    const what = named(asset, keys(asset, event.from), keys(asset, event.to), event.to - event.from + 1);
    const why = event.kind === "failed"
      ? `: ${event.message}`
      : event.kind === "due"
      ? `: ${event.detail}`
      : "";
    return `${seq} ${what} ${event.kind}${why}`;
  }
};

/** What a run's steps logged. @throws {UsageError} If there is no such run. */
export const showLogs: Show = async (state, id, { json }, { stdout }, notices) => {
  await found(state, id);
  const logs = await state.logs(id);
  if (json) {
    const entries = logs.map(({ step, at, level, message, fields }) => ({
      step,
      at: iso(at),
      level,
      message,
      fields,
    }));
    return printJson(stdout, { run: id, logs: entries, warnings: notices });
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

async function* eventPages(state: State, run: RunId, signal: AbortSignal): AsyncIterable<readonly Event[]> {
  for (let after = 0;;) {
    signal.throwIfAborted();
    const page = await state.events(run, { after, limit: PAGE });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.seq;
  }
}
