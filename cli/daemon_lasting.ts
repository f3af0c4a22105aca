import { type DaemonNews, type Milliseconds, MINUTE, Pulse, SECOND, serve } from "../core/mod.ts";
import type { App, Context, ExitCode, Invocation } from "./context.ts";
import { newsJson, newsLine } from "./daemon_lines.ts";
import type { Reporter } from "./live.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { reporter } from "./reporter.ts";
import { lasting } from "./text.ts";

const GRACE = 30;
/** The longest pause before a lake that broke off is opened again. */
const LONGEST: Milliseconds = MINUTE;

/** Keeps the lake true until it is told to end. */
export async function daemonLasting(invocation: Invocation, context: Context): Promise<ExitCode> {
  const grace = (wholeNumber(invocation, "grace", 0, 86_400) ?? GRACE) * SECOND;
  const app = await invocation.app();
  const { json } = invocation;
  const { stdout, signal } = context;
  if (!json) notify(stdout, app.notices);
  using report = reporter(stdout, { silent: json, now: app.now });
  const paint = painter(stdout);
  const tell = (news: DaemonNews) => {
    const line = json ? undefined : newsLine(news, paint);
    if (json) printJson(stdout, newsJson(news, app.now()));
    else if (line !== undefined) report.say(line);
  };
  let wake = () => {};
  app.alarm(() => wake(), signal);
  const pulse = new Pulse(app.clock);
  let opened = false;
  for (let failures = 0; !signal.aborted; failures++) {
    const since = app.clock.awake();
    try {
      await using lake = await app.lake("write", report.warn);
      opened = true;
      await lake.sweep();
      await serve({
        orchestrator: lake.orchestrator,
        tickers: lake.tickers,
        signal,
        grace,
        pulse,
        tell,
        observe: (progress) => {
          invocation.observe(progress);
          report.observe(progress);
        },
        alarm: (ring) => wake = ring,
      });
    } catch (cause) {
      if (!opened) throw cause;
      if (app.clock.awake() - since > LONGEST) failures = 0;
      await pause({ app, report, context, json }, cause, Math.min(LONGEST, SECOND * 2 ** failures));
    }
  }
  report[Symbol.dispose]();
  if (!json) print(stdout, "ended");
  return 0;
}

interface Paused {
  readonly app: App;
  readonly report: Reporter;
  readonly context: Context;
  readonly json: boolean;
}

/** Tells what the work broke off with, and waits until all is opened again. */
async function pause(
  { app, report, context, json }: Paused,
  cause: unknown,
  after: Milliseconds,
): Promise<void> {
  const { signal, stderr } = context;
  const message = app.mask(cause instanceof Error ? cause.message : String(cause)).replaceAll(
    /\s*\n\s*/g,
    " ",
  );
  const line = signal.aborted ? message : `${message}; the lake is opened again in ${lasting(after)}`;
  if (json) print(stderr, line);
  else report.say(painter(context.stdout)("red", line));
  await app.clock.sleep(after, signal).catch(() => {});
}
