import { join } from "@std/path";
import settings from "../../deno.json" with { type: "json" };
import { CommandLine } from "../cli/command_line.ts";
import { ROOT } from "./document.ts";

/** The result of a line: the text that a terminal shows of it, and its exit code. */
export interface Shown {
  readonly code: number;
  readonly text: string;
}

interface Simple {
  readonly words: readonly string[];
  readonly into: string | undefined;
  readonly background: boolean;
}

/** The port that documents name; the shell takes one that is free. */
const PORT = "8787";
const HOST = "127.0.0.1";

/** As much of a shell as documents use, in a folder of its own, with the project's tasks run in this process; dispose of it. */
export class Shell implements AsyncDisposable {
  readonly #ends = new AbortController();
  readonly #background: Promise<unknown>[] = [];
  #port = PORT;

  private constructor(readonly line: CommandLine, readonly env: Record<string, string>) {}

  static async open(env: Readonly<Record<string, string>> = {}): Promise<Shell> {
    return new Shell(await CommandLine.open(), { ...env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ends.abort();
    await Promise.all(this.#background);
    await this.line[Symbol.asyncDispose]();
  }

  /** Where the server answers that was started in the background. */
  get address(): string {
    return `http://${HOST}:${this.#port}`;
  }

  /** Runs a line: a command, in the background or with its output in a file, and after `||` another for where it fails. */
  async run(line: string): Promise<Shown> {
    let text = "";
    let code = 0;
    for (const command of this.#parse(line)) {
      const shown = await this.#simple(command);
      text += shown.text;
      code = shown.code;
      if (code === 0) break;
    }
    return { code, text: text.replaceAll(`${HOST}:${this.#port}`, `${HOST}:${PORT}`) };
  }

  #parse(line: string): Simple[] {
    return alternatives(line).map((tokens) => {
      const background = tokens.at(-1) === "&";
      const into = tokens.indexOf(">");
      const words = tokens.slice(0, into >= 0 ? into : background ? -1 : undefined);
      return {
        words: words.map((word) => this.#expand(word)),
        into: into >= 0 ? this.#expand(tokens[into + 1]!) : undefined,
        background,
      };
    });
  }

  #expand(word: string): string {
    const value = (text: string) => text.replaceAll(/\$(\w+)/g, (_, name: string) => this.env[name] ?? "");
    return word.replaceAll(
      /'([^']*)'|"([^"]*)"|[^'"]+/g,
      (plain, single?: string, double?: string) => single ?? value(double ?? plain),
    ).replaceAll(`${HOST}:${PORT}`, `${HOST}:${this.#port}`);
  }

  async #simple({ words, into, background }: Simple): Promise<Shown> {
    const assigned = words.findIndex((word) => !/^\w+=/.test(word));
    const set = Object.fromEntries(words.slice(0, assigned).map(assignment));
    const [name, ...args] = words.slice(assigned);
    switch (name) {
      case "export":
        Object.assign(this.env, Object.fromEntries(args.map(assignment)));
        return { code: 0, text: "" };
      case "echo":
        return await this.#put(into, `${args.join(" ")}\n`);
      case "curl":
        return { code: 0, text: await post(args) };
      case "npx":
        return await this.#task(args.slice(args.indexOf("deno@2") + 1), set, into, background);
      case "deno":
        return await this.#task(args, set, into, background);
      default:
        throw new Error(
          `running "${words.join(" ")}": found no such command, wanted one that documents may use`,
        );
    }
  }

  async #put(path: string | undefined, text: string): Promise<Shown> {
    if (path === undefined) return { code: 0, text };
    await Deno.writeTextFile(join(this.line.cwd, path), text);
    return { code: 0, text: "" };
  }

  async #task(
    [word, task, ...args]: readonly string[],
    set: Readonly<Record<string, string>>,
    into: string | undefined,
    background: boolean,
  ): Promise<Shown> {
    const command = (settings.tasks as Record<string, { command: string }>)[task ?? ""]?.command;
    if (word !== "task" || command === undefined) throw new Error(`deno ${word} ${task}: wanted a task`);
    // The tests themselves are at work right now.
    if (command.startsWith("deno test ")) return { code: 0, text: "" };
    if (!command.endsWith(` main.ts ${task}`)) throw new Error(`deno task ${task}: wanted a command`);
    const env = { ...this.env, ...set };
    if (env.GRAPH) env.GRAPH = join(ROOT, env.GRAPH);
    if (background) return await this.#start([task!, ...args], env);
    const ran = await this.line.run([task!, ...args], { env });
    if (into === undefined) return { code: ran.code, text: ran.shown };
    await this.#put(into, ran.stdout);
    return { code: ran.code, text: ran.stderr };
  }

  /** Goes on once the command has said its first line, with the free port that it names. */
  async #start(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Shown> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const free = args.map((arg) => arg === PORT ? "0" : arg);
    const ended = this.line.run(free, { env, signal: this.#ends.signal, seen: resolve });
    this.#background.push(ended);
    const text = await Promise.race([promise, ended.then(({ shown }) => shown)]);
    this.#port = /127\.0\.0\.1:(\d+)/.exec(text)?.[1] ?? this.#port;
    return { code: 0, text };
  }
}

/** A line's words and operators, by what stands between `||`. */
function alternatives(line: string): string[][] {
  const all: string[][] = [[]];
  for (const [, token] of line.matchAll(/\s*(#.*$|\|\||[&>]|(?:"[^"]*"|'[^']*'|[^\s"'&|>])+)/g)) {
    if (token === "||") all.push([]);
    else if (!token!.startsWith("#")) all.at(-1)!.push(token!);
  }
  return all;
}

function assignment(word: string): [string, string] {
  const at = word.indexOf("=");
  return [word.slice(0, at), word.slice(at + 1)];
}

async function post(args: readonly string[]): Promise<string> {
  const after = (flag: string) => args[args.indexOf(flag) + 1]!;
  const url = args.find((arg) => arg.startsWith("http://"))!;
  const answer = await fetch(url, { method: after("-X"), body: after("-d") });
  return await answer.text();
}
