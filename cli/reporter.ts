import type { Instant } from "../core/mod.ts";
import type { Terminal } from "./context.ts";
import { EventLines, warningLine } from "./event_lines.ts";
import { Live, type Reporter } from "./live.ts";
import { painter, print } from "./out.ts";

/** How often, in milliseconds, it is looked for steps that have been silent for long. */
const LOOK = 1_000;

export function reporter(
  terminal: Terminal,
  { silent, now }: { readonly silent: boolean; readonly now: () => Instant },
): Reporter {
  if (silent) return { observe: () => {}, warn: () => {}, say: () => {}, [Symbol.dispose]() {} };
  if (terminal.columns() !== undefined) return new Live(terminal, now);
  const paint = painter(terminal);
  const lines = new EventLines(paint, now);
  const tell = (said: readonly string[]) => said.forEach((line) => print(terminal, line));
  const timer = setInterval(() => tell(lines.reminders()), LOOK);
  return {
    observe: (progress) => tell(lines.of(progress)),
    warn: (subject, message) => print(terminal, warningLine(paint, subject, message)),
    say: (line) => tell([line]),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
