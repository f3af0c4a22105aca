import { isAbsolute, join } from "node:path";
import { openApp, type Surroundings } from "./app.ts";
import { cancellation } from "./cli/cancellation.ts";
import type { ExitCode, Terminal } from "./cli/context.ts";
import { SHOW_CURSOR } from "./cli/cursor.ts";
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
    columns: () => watched ? width() : undefined,
    write(bytes) {
      try {
        for (let rest = bytes; open && rest.length > 0;) rest = rest.subarray(stream.writeSync(rest));
      } catch (error) {
        if (!isGone(error)) throw error;
        open = false;
      }
    },
    async send(bytes) {
      try {
        for (let rest = bytes; open && rest.length > 0;) rest = rest.subarray(await stream.write(rest));
      } catch (error) {
        if (!isGone(error)) throw error;
        open = false;
      }
      return open;
    },
  };
}

/** The terminal's width now; 0 where it was closed. */
function width(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 0;
  }
}

/** Whether a pipe has no reader any more, or a terminal was closed. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    (error instanceof Error && "code" in error && error.code === "EIO");
}

/** Gives the terminal back as it was, whatever was being drawn. */
function restore(): void {
  if (Deno.stdout.isTerminal()) terminal(Deno.stdout).write(new TextEncoder().encode(SHOW_CURSOR));
}

/** Cancels by the first signal to end, and ends the process at once by a later one. */
function cancelledBySignals(): AbortSignal {
  const { signal, request } = cancellation({ now: () => performance.now() }, () => {
    restore();
    Deno.exit(130);
  });
  Deno.addSignalListener("SIGINT", request);
  Deno.addSignalListener("SIGTERM", request);
  // A terminal was closed; what has none may have been told not to mind (`nohup`).
  if (Deno.stdout.isTerminal()) Deno.addSignalListener("SIGHUP", request);
  return signal;
}

if (import.meta.main) {
  addEventListener("unhandledrejection", restore);
  addEventListener("error", restore);
  const code = await main(Deno.args, {
    stdout: terminal(Deno.stdout),
    stderr: terminal(Deno.stderr),
    env: Deno.env.toObject(),
    cwd: Deno.cwd(),
    signal: cancelledBySignals(),
  });
  Deno.exit(code);
}
