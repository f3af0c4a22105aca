import { isAbsolute, join } from "node:path";
import settings from "./deno.json" with { type: "json" };
import { openApp, type Surroundings } from "./app.ts";
import { cancellation } from "./cli/cancellation.ts";
import type { Context, ExitCode, Input, Prompt, Terminal } from "./cli/context.ts";
import { openLog } from "./cli/log.ts";
import { SHOW_CURSOR } from "./cli/out.ts";
import { run } from "./cli/run.ts";
import { type Exit, exiting } from "./exit.ts";

/** The surroundings of the command line. */
export interface Host extends Surroundings {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Aborted to cancel the command. */
  readonly signal: AbortSignal;
  /** Given how an error that no code waits for is told. */
  readonly uncaught: Context["uncaught"];
  /** Asks whoever watches; undefined where nobody does. */
  readonly prompt?: Prompt | undefined;
  /** The standard input. */
  readonly input?: Input | undefined;
  /** Told of what is opened and holds something until the process ends. */
  readonly opened?: (holding: Holding) => void;
}

/** What holds something that others wait for. */
interface Holding {
  /** Gives it back, whatever is at work. */
  abandon(): Promise<void>;
}

/** Runs a command of the command line. @returns Its exit code. */
export function main(args: readonly string[], host: Host): Promise<ExitCode> {
  const { cwd } = host;
  return run(args, {
    ...host,
    version: settings.version,
    readText: (path) => Deno.readTextFile(isAbsolute(path) ? path : join(cwd, path)).catch(() => undefined),
    web: async (vitals, beside) => (await import("./web/app.ts")).webApp(vitals, beside).fetch,
    app: async (options) => {
      const app = await openApp(host, options);
      host.opened?.(app);
      return app;
    },
  });
}

/**
 * One of the process's own outputs. What nobody reads any more is dropped: the work goes on. So does what cannot be
 * written; `fails` is told of it.
 */
function terminal(stream: typeof Deno.stdout | typeof Deno.stderr, fails?: (error: Error) => void): Terminal {
  const watched = stream.isTerminal();
  let open = true;
  const close = (error: unknown) => {
    open = false;
    if (!isGone(error)) fails?.(error as Error);
  };
  return {
    colours: watched && !Deno.noColor,
    columns: () => watched ? width() : undefined,
    write(bytes) {
      try {
        for (let rest = bytes; open && rest.length > 0;) rest = rest.subarray(stream.writeSync(rest));
      } catch (error) {
        close(error);
      }
    },
    async send(bytes) {
      try {
        for (let rest = bytes; open && rest.length > 0;) rest = rest.subarray(await stream.write(rest));
      } catch (error) {
        close(error);
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

/** The standard input; its reader is loaded when it is opened, as few commands need it. */
async function input(): Promise<Input | undefined> {
  if (Deno.args[0] !== "inspect") return undefined;
  const { keyboard } = await import("./keyboard.ts");
  return keyboard();
}

/** Asks through stderr: stdout is the answer's. */
async function promptAtTerminal(question: string): Promise<string | null> {
  const { createInterface } = await import("node:readline/promises");
  const { stdin, stderr } = await import("node:process");
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const { promise, resolve } = Promise.withResolvers<null>();
    for (const event of ["SIGINT", "close"]) lines.on(event, () => resolve(null));
    return await Promise.race([lines.question(question), promise]);
  } finally {
    lines.close();
  }
}

/** Gives the terminal back as it was, whatever was being drawn. */
function restore(): void {
  if (Deno.stdout.isTerminal()) terminal(Deno.stdout).write(new TextEncoder().encode(SHOW_CURSOR));
}

/** How long giving back may take, in milliseconds: who asks twice for the end is not to wait for another process. */
const GIVING_BACK = 500;

/** Cancels by the first signal to end; by a later one, gives back what is held and ends the process at once. */
function cancelledBySignals(holdings: readonly Holding[]): AbortSignal {
  const { signal, request } = cancellation({ now: () => performance.now() }, () => {
    restore();
    const given = Promise.allSettled(holdings.map((holding) => holding.abandon()));
    const late = new Promise((resolve) => setTimeout(resolve, GIVING_BACK));
    Promise.race([given, late]).finally(() => exit(130));
  });
  const outlives = outlivesTerminal();
  Deno.addSignalListener("SIGINT", request);
  Deno.addSignalListener("SIGTERM", request);
  // Its terminal was closed. With any of these listeners, the runtime ends the process by it unless something listens.
  Deno.addSignalListener("SIGHUP", outlives ? () => {} : request);
  return signal;
}

/** Whether this process is to outlive its terminal, as by `nohup`; asked before anything listens to signals. */
function outlivesTerminal(): boolean {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    if (ignored !== undefined) return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    // Another system than Linux: `nohup` leaves none of the streams at a terminal.
  }
  return ![Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
}

/** Whether the process ends as it is to. */
let ending = false;
let ended: Exit = Deno.exit;

function exit(code: number): never {
  ending = true;
  return ended(code);
}

/**
 * Ends the process by the first error that no code waits for, told in one line: what goes on beside it cannot be relied
 * on any more. What was begun is settled by the next command, as after a kill. A graph's code that ends the process has
 * made such an error, too: it must not pass for a command that is done.
 */
function endUncaught(line: (error: unknown) => string): void {
  const end = (error: unknown) => {
    restore();
    terminal(Deno.stderr).write(new TextEncoder().encode(`${line(error)}\n`));
    exit(1);
  };
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    end(event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    end(event.error);
  });
  addEventListener("unload", () => {
    if (!ending) end("the process was ended by the code that it ran");
  });
}

if (import.meta.main) {
  ended = exiting(Deno.env);
  let lost: Error | undefined;
  const holdings: Holding[] = [];
  const stderr = terminal(Deno.stderr);
  const code = await main(Deno.args, {
    stdout: terminal(Deno.stdout, (error) => lost = error),
    stderr,
    env: Deno.env.toObject(),
    cwd: Deno.cwd(),
    signal: cancelledBySignals(holdings),
    opened: (holding) => holdings.push(holding),
    input: await input(),
    prompt: Deno.stdin.isTerminal() && Deno.stderr.isTerminal() ? promptAtTerminal : undefined,
    uncaught: endUncaught,
  });
  if (lost === undefined) exit(code);
  openLog(Deno.args, stderr).error(
    `writing stdout: ${lost.message}, wanted room for all that was to be told`,
  );
  exit(code || 1);
}
