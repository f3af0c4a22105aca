import type { Instant } from "../core/mod.ts";
import type { Observer } from "../core/run/progress.ts";
import type { Terminal } from "./context.ts";
import { eventLines } from "./event_lines.ts";
import { Live } from "./live.ts";
import { painter, print } from "./out.ts";

/** Shows what a run tells: live where somebody watches, else a line an event. Dispose of it before the summary. */
export interface Reporter extends Disposable {
  readonly observe: Observer;
}

export function reporter(
  terminal: Terminal,
  { silent, now }: { readonly silent: boolean; readonly now: () => Instant },
): Reporter {
  if (silent) return { observe: () => {}, [Symbol.dispose]() {} };
  if (terminal.columns() !== undefined) return new Live(terminal, now);
  const lines = eventLines(painter(terminal), now);
  return {
    observe(progress) {
      for (const line of lines(progress)) print(terminal, line);
    },
    [Symbol.dispose]() {},
  };
}
