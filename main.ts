import { isAbsolute, join } from "node:path";
import { openApp, type Surroundings } from "./app.ts";
import type { ExitCode, Terminal } from "./cli/context.ts";
import { run } from "./cli/run.ts";

/** What the command line runs in. */
export interface Host extends Surroundings {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Aborted to cancel the command. */
  readonly signal: AbortSignal;
}

/** Runs a command of the command line. @returns Its exit code. */
export function main(args: readonly string[], host: Host): Promise<ExitCode> {
  const { cwd } = host;
  return run(args, {
    ...host,
    readText: (path) => Deno.readTextFile(isAbsolute(path) ? path : join(cwd, path)).catch(() => undefined),
    app: (options) => openApp(host, options),
  });
}

/** One of the process's own outputs. What nobody reads any more is dropped: the work goes on. */
function terminal(stream: typeof Deno.stdout | typeof Deno.stderr): Terminal {
  const watched = stream.isTerminal();
  let open = true;
  return {
    colours: watched && !Deno.noColor,
    columns: () => watched ? Deno.consoleSize().columns : undefined,
    write(bytes) {
      try {
        for (let rest = bytes; open && rest.length > 0;) rest = rest.subarray(stream.writeSync(rest));
      } catch (error) {
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
        open = false;
      }
    },
  };
}

/** A signal that the first Ctrl-C aborts; the second ends the process at once. */
function cancellation(): AbortSignal {
  const cancelled = new AbortController();
  const cancel = () => {
    if (cancelled.signal.aborted) Deno.exit(130);
    cancelled.abort(new Error("cancelled"));
  };
  Deno.addSignalListener("SIGINT", cancel);
  Deno.addSignalListener("SIGTERM", cancel);
  return cancelled.signal;
}

if (import.meta.main) {
  const code = await main(Deno.args, {
    stdout: terminal(Deno.stdout),
    stderr: terminal(Deno.stderr),
    env: Deno.env.toObject(),
    cwd: Deno.cwd(),
    signal: cancellation(),
  });
  Deno.exit(code);
}
