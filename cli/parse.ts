import { parseArgs } from "@std/cli/parse-args";
import { type Command, type Flags, UsageError } from "./context.ts";
import { near } from "./selection.ts";

/** A command's arguments, read; `help` where that is all that is asked for. */
export interface Parsed {
  readonly help: boolean;
  readonly words: readonly string[];
  readonly json: boolean;
  readonly has: (flag: string) => boolean;
  readonly value: (flag: string) => string | undefined;
  readonly list: (flag: string) => readonly string[];
}

/** @throws {UsageError} If a flag is unknown, lacks its value or has one too many, or there are too many words. */
export function parse(name: string, command: Command, args: readonly string[]): Parsed {
  const { switches = [], values = [], lists = [] } = command.flags;
  const boolean = ["help", "json", ...switches];
  const string = ["graph", "log", ...values, ...lists];
  const fault = (found: string) => new UsageError(`reading "${name}": ${found}`);
  for (const [i, arg] of args.entries()) {
    if (arg === "--") break;
    const [, given, value] = /^--([^=]+)(=)?/.exec(arg) ?? [];
    if (given === undefined || !boolean.includes(given)) continue;
    const next = args[i + 1];
    if (value !== undefined) throw fault(`found "${arg}", wanted --${given} alone`);
    if (next === "true" || next === "false") throw fault(`found "${arg} ${next}", wanted --${given} alone`);
  }
  // A statement that begins with a comment is a word.
  const spaced = args.filter((arg) => /\s/.test(arg) && arg.startsWith("--") && !/^--[a-z-]+=/.test(arg));
  const parsed = parseArgs([
    ...args.filter((arg) => !spaced.includes(arg)),
    ...(spaced.length > 0 ? ["--", ...spaced] : []),
  ], {
    boolean,
    string: [...string, "_"],
    collect: [...string],
    alias: { help: "h" },
    unknown(arg: string, key?: string) {
      if (key === undefined) return true;
      const flag = arg.replace(/=.*/, "");
      const meant = flag.startsWith("--") ? near(flag.slice(2), [...boolean, ...string]) : undefined;
      throw fault(
        `found the flag "${flag}", ${
          meant ? `did you mean "--${meant}"?` : `wanted one of ${known(command.flags)}`
        }`,
      );
    },
  });
  const given = (flag: string) => parsed[flag] as readonly string[];
  for (const flag of string) {
    if (given(flag).includes("")) throw fault(`found --${flag} without a value, wanted one`);
    if (!lists.includes(flag) && given(flag).length > 1) {
      throw fault(`found --${flag} ${given(flag).length} times, wanted it once`);
    }
  }
  const words = parsed._.map(String);
  if (!parsed.help && words.length > command.words) {
    const wanted = command.words === 0 ? "none" : `at most ${command.words}`;
    throw fault(`found ${words.length} arguments ("${words.join('", "')}"), wanted ${wanted}`);
  }
  return {
    help: parsed.help === true,
    words,
    json: parsed.json === true,
    has: (flag) => parsed[flag] === true,
    value: (flag) => given(flag)[0],
    list: given,
  };
}

/** A whole number that a flag gives, at least `least`. @throws {UsageError} */
export function wholeNumber(
  { value }: { readonly value: (flag: string) => string | undefined },
  flag: string,
  least: number,
  most: number,
): number | undefined {
  const text = value(flag);
  if (text === undefined) return undefined;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`reading --${flag}: found "${text}", wanted a whole number of ${least} to ${most}`);
}

function known({ switches = [], values = [], lists = [] }: Flags): string {
  return [...switches, ...values, ...lists, "graph", "json", "log", "help"].map((flag) => `--${flag}`).join(
    ", ",
  );
}

/** The chosen one of a command's formats; `json` where the document is asked for. @throws {UsageError} If it is none of them. */
export function formatOf<Format extends string>(
  { value, json }: Pick<Parsed, "value" | "json">,
  formats: readonly Format[],
  usual: Format,
): Format {
  const given = value("format") ?? (json ? "json" : usual);
  const format = formats.find((known) => known === given);
  if (format === undefined) {
    throw new UsageError(`reading --format: found "${given}", wanted one of ${formats.join(", ")}`);
  }
  if (json && format !== "json") {
    throw new UsageError(`reading --format: found "${given}" beside --json, wanted one of them`);
  }
  return format;
}
