import {
  iso,
  type Json,
  Pulse,
  SECOND,
  StateError,
  StatePlaceError,
  visible,
  WrongUseError,
} from "../core/mod.ts";
import { tellAct } from "./acts.ts";
import type { App, Context, ExitCode, Invocation, Lake } from "./context.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { reopened } from "./reopened.ts";
import { lasting } from "./text.ts";
import { NONE, WebVitals } from "./web_vitals.ts";

/** Serves pages and the API until it is told to end. */
export async function webLasting(invocation: Invocation, context: Context): Promise<ExitCode> {
  const port = wholeNumber(invocation, "port", 0, 65_535);
  const { signal } = context;
  const app = await invocation.app({ lasting: true });
  if (!invocation.json) notify(context.stdout, app.notices);
  const told = new Told(app, context, invocation.json);
  await using tables = await app.tables();
  const vitals = new WebVitals(app, new Pulse(app.machine), signal, tables);
  const handler = context.web(vitals, {
    admission: app.admission,
    told: (act) => tellAct(context.log, act, (line) => told.say(line)),
    broke: (line) => told.warn(visible(line)),
  });
  const listening = await app.listen(handler, port);
  if ("fault" in listening) throw new Error(`${listening.fault}, or another by --port`);
  await using _listening = listening;
  const { url } = listening;
  told.event("listening", `serves at ${url}`, { url });
  await reopened(app, {
    signal,
    // Whoever looks on is not sent away by what may be mended.
    isFinal: (cause) =>
      !vitals.wasOpen && (cause instanceof WrongUseError || cause instanceof StatePlaceError),
    broke: (cause, after) => told.broke(vitals.broke(cause), after),
    async work() {
      if (!await untilMade(vitals, (line) => told.event("waiting", line))) return;
      await using lake = await app.lake("queue", {
        warn: (subject, line) => told.warn(`${subject}: ${line}`),
      });
      using _open = vitals.open(lake);
      told.event("open", "the lake is open");
      await follow(lake, vitals, (line) => told.warn(line));
    },
  });
  told.event("ended", "ended");
  return 0;
}

/** Waits for a lake that is yet to be made. @returns Whether it is. @throws {LakeError} If it was, and its state is lost. */
async function untilMade({ app, pulse, signal }: WebVitals, waits: (line: string) => void): Promise<boolean> {
  if (await app.isMade()) return true;
  await (await app.state("read")).close();
  waits(NONE);
  while (!signal.aborted) {
    beat(pulse);
    if (await app.isMade()) return true;
    await app.machine.sleep(SECOND, signal).catch(() => {});
  }
  return false;
}

/** Takes in what others do, until the signal is aborted. @throws {StateError} If the lake or its state is another by then. */
async function follow(
  { state, orchestrator }: Lake,
  { app, pulse, signal }: WebVitals,
  warn: (line: string) => void,
): Promise<void> {
  const over = new AbortController();
  let said: string | undefined;
  const content = await app.contentOf(state);
  const following = (async () => {
    for await (const _ of await state.watch(AbortSignal.any([signal, over.signal]))) {
      await orchestrator.refresh();
    }
  })();
  following.catch(() => {}); // whenever it fails, that is thrown below
  try {
    while (!signal.aborted) {
      beat(pulse);
      if (await app.contentOf(state) !== content || !await app.isMade()) {
        throw new StateError(
          "following the lake: it was moved, removed or replaced, wanted the one that was opened",
        );
      }
      // A file that cannot be read is no reason to open the lake anew.
      await orchestrator.watchFiles().catch((error) => {
        const fault = error instanceof Error ? error.message : String(error);
        if (fault !== said) warn(fault);
        said = fault;
      });
      const pause = app.machine.sleep(SECOND, signal).catch(() => {});
      await Promise.race([pause, following]);
    }
  } finally {
    over.abort();
    await following.catch(() => {});
  }
}

/** There are no loops of runs and ticks here that could stand still, but for the one that looks at the lake. */
function beat(pulse: Pulse): void {
  for (const loop of ["ticks", "runs"] as const) pulse.beat(loop);
}

/** What is told on its streams: lines, or a line of JSON for each of the events. */
class Told {
  constructor(readonly app: App, readonly context: Context, readonly json: boolean) {}

  event(event: string, line: string, fields: Readonly<Record<string, Json>> = {}): void {
    const { app, context: { stdout, log }, json } = this;
    if (json) printJson(stdout, { at: iso(app.now()), event, ...fields });
    if (log.structured) log.info(line, fields);
    else if (!json) this.say(line);
  }

  /** Says a line for people; beside data, on stderr. */
  say(line: string): void {
    const { app, context: { stdout, log }, json } = this;
    if (json) log.info(line);
    else print(stdout, `${iso(app.now()).replace(/\.\d+/, "")} ${line}`);
  }

  warn(line: string): void {
    const { context: { stdout, log }, json } = this;
    if (json || log.structured) log.warn(line);
    else this.say(painter(stdout)("yellow", `warning: ${line}`));
  }

  broke(message: string, after: number): void {
    const { context: { stdout, log, signal }, json } = this;
    const line = signal.aborted ? message : `${message}; the lake is opened again in ${lasting(after)}`;
    if (json || log.structured) log.error(line);
    else this.say(painter(stdout)("red", line));
  }
}
