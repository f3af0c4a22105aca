import { type Instant, iso, SECOND } from "../core/mod.ts";
import type { Context } from "./context.ts";
import { EventLines, warningLine } from "./event_lines.ts";
import { Live, type Reporter } from "./live.ts";
import { LoggedProgress } from "./log_progress.ts";
import { painter, print } from "./out.ts";

/** How often, in milliseconds, it is looked for steps that have been silent for long. */
const LOOK = 1_000;

export interface ReporterOptions {
  readonly silent: boolean;
  readonly now: () => Instant;
  /** Whether each line says when it was told, as where they go on for days. @default false */
  readonly dated?: boolean;
}

/** Shows a run on stdout, or tells it as data where the log is that. */
export function reporter(
  { stdout: terminal, log }: Pick<Context, "stdout" | "log">,
  { silent, now, dated = false }: ReporterOptions,
): Reporter {
  if (log.structured) return new LoggedProgress(log);
  if (silent) {
    return { observe: () => {}, warn: () => {}, say: () => {}, forget: () => {}, [Symbol.dispose]() {} };
  }
  const paint = painter(terminal);
  const when = () => dated ? `${paint("dim", iso(Math.floor(now() / SECOND) * SECOND))} ` : "";
  if (terminal.columns() !== undefined) return new Live(terminal, { now, when });
  const lines = new EventLines(paint, now);
  const tell = (said: readonly string[]) => said.forEach((line) => print(terminal, when() + line));
  const timer = setInterval(() => tell(lines.reminders()), LOOK);
  return {
    observe: (progress) => tell(lines.of(progress)),
    warn: (subject, message) => tell([warningLine(paint, subject, message)]),
    forget: (run) => lines.forget(run),
    say: (line) => tell([line]),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
