import {
  type Act,
  type DaemonNews,
  iso,
  type Milliseconds,
  Pulse,
  requireSpeed,
  SECOND,
  serve,
  visible,
  WrongUseError,
} from "../core/mod.ts";
import { tellAct } from "./acts.ts";
import { silentGraphLines } from "./daemon_signs.ts";
import type { App, Context, ExitCode, Invocation } from "./context.ts";
import { logNews } from "./daemon_log.ts";
import { newsJson, newsLines } from "./daemon_lines.ts";
import { listenWhenFree } from "./daemon_port.ts";
import { DaemonVitals } from "./daemon_vitals.ts";
import type { Reporter } from "./live.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";
import { reopened } from "./reopened.ts";
import { reporter } from "./reporter.ts";
import { lasting } from "./text.ts";

const GRACE = 30;

/** Keeps the lake true until it is told to end. */
export async function daemonLasting(invocation: Invocation, context: Context): Promise<ExitCode> {
  const grace = (wholeNumber(invocation, "grace", 0, 86_400) ?? GRACE) * SECOND;
  const port = wholeNumber(invocation, "port", 0, 65_535);
  const speed = wholeNumber(invocation, "speed", 1, 10_000);
  const app = await invocation.app({ lasting: true, follows: false, ...(speed !== undefined && { speed }) });
  const { stdout, signal } = context;
  await requireOwnSpeed(app);
  const notices = [...app.notices, ...silentGraphLines(await app.project())];
  if (!invocation.json) notify(stdout, notices);
  using report = reporter(context, { silent: invocation.json, now: app.now, dated: true });
  const told = new Told(app, context, report, invocation.json);
  let wake = () => {};
  app.alarm(() => wake(), signal);
  const pulse = new Pulse(app.machine);
  await using tables = await app.tables();
  const vitals = new DaemonVitals(app, pulse, signal, tables);
  await using _port = await listenWhenFree(app, {
    handler: context.web(vitals, {
      admission: app.admission,
      told: told.act,
      broke: (line) => told.fault(visible(line)),
    }),
    port,
    signal,
    listening: (url) => told.listening(url),
    fault: (line) => told.fault(line),
  });
  await reopened(app, {
    signal,
    isFinal: (cause) => !vitals.wasOpen || cause instanceof WrongUseError,
    broke: (cause, after) => told.broke(vitals.broke(cause), after),
    async work() {
      await using lake = await app.lake("write", {
        warn: report.warn,
        patient: true,
        yielding: vitals.wasOpen,
      });
      using _open = vitals.open(lake);
      await lake.sweep();
      await serve({
        orchestrator: lake.orchestrator,
        tickers: lake.tickers,
        automations: Object.values(await lake.automationNames()).flat(),
        look: lake.look,
        signal,
        grace,
        speed: app.speed,
        pulse,
        tell: told.news,
        observe: (progress) => {
          invocation.observe(progress);
          report.observe(progress);
        },
        alarm: (ring) => wake = ring,
      });
    },
  });
  report[Symbol.dispose]();
  if (context.log.structured) context.log.info("ended");
  else if (!invocation.json) print(stdout, "ended");
  return 0;
}

/** Before anything is made, and the lake's clock is touched. @throws {WrongUseError} */
async function requireOwnSpeed(app: App): Promise<void> {
  const state = await app.state("read");
  await requireSpeed(state, app.speed).finally(() => state.close());
}

/** What a daemon tells on its streams: lines, or a line of JSON for each of the events. */
class Told {
  constructor(
    readonly app: App,
    readonly context: Context,
    readonly report: Reporter,
    readonly json: boolean,
  ) {}

  news = (news: DaemonNews): void => {
    const { app, context: { stdout, log }, report, json } = this;
    if (news.type === "worked") report.forget(news.worked.run);
    if (json) printJson(stdout, newsJson(news, app.now()));
    if (log.structured) logNews(log, news);
    else if (!json) { for (const line of newsLines(news, painter(stdout))) report.say(line); }
  };

  act = (act: Act): void => {
    const { context: { log }, report, json } = this;
    tellAct(log, act, (line) => json ? log.info(line) : report.say(line));
  };

  listening(url: string): void {
    const { app, context: { stdout, log }, report, json } = this;
    if (json) printJson(stdout, { at: iso(app.now()), event: "listening", url });
    if (log.structured) log.info("listens: /healthz, /readyz, /metrics", { url });
    else if (!json) report.say(`listens at ${url}: /healthz, /readyz, /metrics`);
  }

  fault(line: string): void {
    const { context: { log }, json } = this;
    if (json || log.structured) log.warn(line);
    else this.report.say(painter(this.context.stdout)("yellow", `warning: ${line}`));
  }

  broke(message: string, after: Milliseconds): void {
    this.report.forget();
    const line = this.context.signal.aborted
      ? message
      : `${message}; the lake is opened again in ${lasting(after)}`;
    const { log } = this.context;
    if (this.json || log.structured) log.error(line);
    else this.report.say(painter(this.context.stdout)("red", line));
  }
}
