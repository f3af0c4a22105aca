import { createInterface } from "node:readline";
import { stdin, stdout } from "node:process";
import type { Input, Lines } from "./cli/context.ts";

/** Lines of the process's own input: typed, with a history, or piped in. */
export function keyboard(): Input {
  const typed = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  return { typed, open: () => open(typed) };
}

type Line = Awaited<ReturnType<Lines["next"]>>;

function open(typed: boolean): Lines {
  const reader = createInterface({
    input: stdin,
    ...(typed && { output: stdout, terminal: true, historySize: 1_000, removeHistoryDuplicates: true }),
  });
  const waiting: Line[] = [];
  let wake: ((line: Line) => void) | undefined;
  let interrupt: (() => void) | undefined;
  const give = (line: Line) => {
    if (wake === undefined) waiting.push(line);
    else wake(line);
    wake = undefined;
  };
  reader.on("line", give);
  reader.on("close", () => give(null));
  reader.on("SIGINT", () => {
    if (interrupt !== undefined) return interrupt();
    reader.write(null, { ctrl: true, name: "e" });
    reader.write(null, { ctrl: true, name: "u" });
    stdout.write("^C\n");
    give({ interrupted: true });
  });
  return {
    next(prompt) {
      if (waiting.length > 0) return Promise.resolve(waiting.shift()!);
      if (typed) {
        reader.setPrompt(prompt);
        reader.prompt();
      }
      return new Promise((resolve) => wake = resolve);
    },
    onInterrupt(act) {
      interrupt = act;
    },
    [Symbol.dispose]: () => reader.close(),
  };
}
