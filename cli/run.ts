import { CancelledError, StatePlaceError, visible, WrongUseError } from "../core/mod.ts";
import { commands } from "./commands.ts";
import {
  type AppOptions,
  type Command,
  type Context,
  type ExitCode,
  type Terminal,
  UsageError,
} from "./context.ts";
import { firstOf, StepsAtWork } from "./uncaught.ts";
import { openLog, requireFormat } from "./log.ts";
import { print, printJson } from "./out.ts";
import { parse } from "./parse.ts";

/** Runs the command that the arguments name. @returns The exit code; errors are one line each on stderr. */
export async function run(
  args: readonly string[],
  { stderr, ...given }: Omit<Context, "commands" | "log"> & { readonly stderr: Terminal },
): Promise<ExitCode> {
  const log = openLog(args, stderr);
  // A question is no line of data.
  const prompt = log.structured ? undefined : given.prompt;
  const context = { ...given, commands, stdout: noticing(given.stdout), log, prompt };
  let mask = (text: string) => text;
  const steps = new StepsAtWork();
  context.uncaught((error) => log.line(visible(mask(steps.line(error)))));
  try {
    requireFormat(args);
    const [name, ...rest] = args;
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      print(context.stdout, await overview());
      return name === undefined ? 2 : 0;
    }
    if (name === "--version" || name === "-V") {
      print(context.stdout, `airgraph ${context.version}`);
      return 0;
    }
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load === undefined) throw await unknownCommand(name);
    const command = await load();
    const invocation = parse(name, command, rest);
    if (invocation.help) {
      print(context.stdout, helpOf(command));
      return 0;
    }
    const graph = invocation.value("graph");
    const app = async (options: Omit<AppOptions, "graph"> = {}) => {
      const opened = await context.app({ ...options, ...(graph !== undefined && { graph }) });
      mask = opened.mask;
      log.hide(mask);
      for (const warning of opened.warnings) log.warn(warning);
      return opened;
    };
    return await command.run({ ...invocation, app, observe: steps.observe }, context);
  } catch (caught) {
    const error = firstOf(caught);
    const isCancelled = context.signal.aborted || error instanceof CancelledError;
    const lines = isCancelled ? ["cancelled"] : linesOf(error).map((line) => visible(mask(line)));
    for (const line of lines) {
      if (isCancelled) log.info(line);
      else log.error(line);
    }
    if (wantsJson(args) && !context.stdout.used()) {
      printJson(context.stdout, { errors: lines.map((message) => ({ message })) });
    }
    if (isCancelled) return 130;
    return isWrongUse(error) ? 2 : 1;
  }
}

interface NoticedTerminal extends Terminal {
  /** Whether anything was written. */
  used(): boolean;
}

/** The terminal, which knows whether anything was written to it: a document is not followed by another. */
function noticing(terminal: Terminal): NoticedTerminal {
  let used = false;
  return {
    ...terminal,
    used: () => used,
    write(bytes) {
      used = true;
      terminal.write(bytes);
    },
    send(bytes) {
      used = true;
      return terminal.send(bytes);
    },
  };
}

/** Whether one JSON document is asked for, however wrong the rest may be. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).includes("--json");
}

function linesOf(error: unknown): string[] {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return [...new Set(message.split(/\s*\n\s*/))];
}

function isWrongUse(error: unknown): boolean {
  return error instanceof WrongUseError || error instanceof StatePlaceError;
}

async function overview(): Promise<string> {
  const all = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => `  ${name.padEnd(12)} ${(await load()).summary}`),
  );
  return [
    "Usage: deno task COMMAND [ARGUMENTS]",
    "",
    ...all,
    "",
    "Every command has --help, --json (one JSON document on stdout), --log json (what is told on stderr as JSON, a line an",
    "entry) and --graph FILE (a module that exports `group` or `graph`).",
    "Exit codes: 0 done, 1 the work failed, 2 wrong use or configuration, 130 cancelled.",
  ].join("\n");
}

function helpOf({ summary, help }: Command): string {
  return `${summary}\n\n${help.trim()}\n`;
}

async function unknownCommand(name: string): Promise<UsageError> {
  const { near } = await import("./selection.ts");
  const names = Object.keys(commands);
  const meant = near(name, names);
  const wanted = meant ? `did you mean "${meant}"?` : `wanted one of ${names.join(", ")}`;
  return new UsageError(`reading the command line: found the command "${name}", ${wanted}`);
}
