import { iso, type Log, type LogLevel } from "../core/mod.ts";
import type { CommandLog } from "./command_log.ts";
import { type Terminal, UsageError } from "./context.ts";
import { painter, print } from "./out.ts";

type Fields = Parameters<Log["info"]>[1];

/** The forms that lines on stderr have. */
const FORMATS = ["text", "json"] as const;

/** The log that `--log` asks for, whatever else the arguments are; for people, if that is nothing that there is. */
export function openLog(args: readonly string[], terminal: Terminal): CommandLog {
  return formatIn(args) === "json" ? new JsonLog(terminal) : new TextLog(terminal);
}

/** @throws {UsageError} If `--log` names no form. */
export function requireFormat(args: readonly string[]): void {
  const given = formatIn(args);
  if (given === undefined || FORMATS.some((known) => known === given)) return;
  throw new UsageError(`reading --log: found "${given}", wanted one of ${FORMATS.join(", ")}`);
}

function formatIn(args: readonly string[]): string | undefined {
  const end = args.indexOf("--");
  const flags = args.slice(0, end < 0 ? args.length : end);
  const place = flags.findIndex((arg) => arg === "--log" || arg.startsWith("--log="));
  if (place < 0) return undefined;
  return flags[place] === "--log" ? flags[place + 1] : flags[place]!.slice("--log=".length);
}

/** Lines for people: fields say what the message says. */
class TextLog implements CommandLog {
  readonly structured = false;

  constructor(readonly terminal: Terminal) {}

  debug(): void {}

  info(message: string): void {
    print(this.terminal, message);
  }

  warn(message: string): void {
    print(this.terminal, `warning: ${message}`);
  }

  error(message: string): void {
    print(this.terminal, this.line(message));
  }

  note(notice: string): void {
    print(this.terminal, painter(this.terminal)("yellow", `note: ${notice}`));
  }

  line(message: string): string {
    return message;
  }

  hide(): void {}
}

/** Lines as data. */
class JsonLog implements CommandLog {
  readonly structured = true;
  #mask = (text: string) => text;

  constructor(readonly terminal: Terminal) {}

  debug(message: string, fields?: Fields): void {
    this.#tell("debug", message, fields);
  }

  info(message: string, fields?: Fields): void {
    this.#tell("info", message, fields);
  }

  warn(message: string, fields?: Fields): void {
    this.#tell("warn", message, fields);
  }

  error(message: string, fields?: Fields): void {
    this.#tell("error", message, fields);
  }

  note(notice: string): void {
    this.#tell("info", notice);
  }

  line(message: string): string {
    return this.#line("error", message);
  }

  hide(mask: (text: string) => string): void {
    this.#mask = mask;
  }

  #tell(level: LogLevel, message: string, fields?: Fields): void {
    print(this.terminal, this.#line(level, message, fields));
  }

  #line(level: LogLevel, message: string, fields: Fields = {}): string {
    const entry = { at: iso(Date.now()), level, message, ...fields };
    return JSON.stringify(entry, (_, value) => typeof value === "string" ? this.#mask(value) : value);
  }
}
