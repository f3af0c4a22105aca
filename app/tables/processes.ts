import {
  type BrokenEntry,
  DamageError,
  type Definition,
  MINUTE,
  SECOND,
  StatementError,
  type StatementOptions,
  type Tables,
} from "../../core/mod.ts";
import { type AskedStatement, DAMAGED, damageIn, REFUSED, writeAsked } from "./statement.ts";
import { Turns } from "./turns.ts";

const CHILD = new URL("./child.ts", import.meta.url).href;
/** Bytes that a process that answers a statement may take. */
const MEMORY = 1_000_000_000;
/** A reader that takes nothing for so long is given up, so that others get their turn. */
const IDLE = 30 * SECOND;
/** However much is read of it, an answer takes no longer. */
const LONGEST = 15 * MINUTE;
/** At most so much of a process's errors is read. */
const ERRORS = 64 * 1024;

/** How a command says which flag allows more: there are none here. */
const FLAGS = /; --\w+ \w+ allows more$/;

/** The surroundings of the processes that answer statements. */
export interface ProcessesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly entries: () => Promise<readonly (Definition | BrokenEntry)[]>;
  /** Takes every secret out of a text. */
  readonly mask: (text: string) => string;
}

/** Answers each statement by a process of its own: two at once, others wait for a while. */
export class ProcessTables implements Tables, AsyncDisposable {
  readonly #options: ProcessesOptions;
  readonly #turns = new Turns();
  readonly #atWork = new Set<{ readonly kill: () => void; readonly ended: Promise<unknown> }>();

  constructor(options: ProcessesOptions) {
    this.#options = options;
  }

  entries(): Promise<readonly (Definition | BrokenEntry)[]> {
    return this.#options.entries();
  }

  async ask(
    statement: string,
    { format, signal, head = false, part, timeout = 60 * SECOND }: StatementOptions,
  ): Promise<ReadableStream<Uint8Array>> {
    const done = await this.#turns.take(signal);
    try {
      const asked = { statement, format, head, timeout, memory: MEMORY, ...(part && { part }) };
      return await this.#begin(asked, signal, done);
    } catch (error) {
      done();
      throw error;
    }
  }

  /** Ends those at work. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#atWork].map(({ kill, ended }) => {
      kill();
      return ended;
    }));
  }

  async #begin(
    asked: AskedStatement,
    signal: AbortSignal,
    done: () => void,
  ): Promise<ReadableStream<Uint8Array>> {
    const { env, cwd, mask } = this.#options;
    const given = Object.entries(env).filter((each): each is [string, string] => each[1] !== undefined);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", CHILD],
      cwd,
      env: Object.fromEntries(given),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const kill = () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // it has ended
      }
    };
    signal.addEventListener("abort", kill, { once: true });
    const late = setTimeout(kill, LONGEST);
    const errors = firstOf(child.stderr, ERRORS);
    const ended = child.status.finally(() => {
      signal.removeEventListener("abort", kill);
      clearTimeout(late);
      this.#atWork.delete(process);
      done();
    });
    const process = { kill, ended };
    this.#atWork.add(process);
    if (signal.aborted) kill();
    await writeAsked(asked, child.stdin).catch(() => {}); // its end says why
    /** @throws Why it gave no whole answer. */
    const settle = async () => {
      const { code } = await ended;
      if (code === 0) return;
      signal.throwIfAborted();
      const last = (await errors).trim().split("\n").at(-1) ?? "";
      if (code === DAMAGED && last !== "") {
        const { message, path } = damageIn(last);
        throw new DamageError(mask(message), path);
      }
      const line = mask(last).replace(FLAGS, "");
      if (code === REFUSED && line !== "") throw new StatementError(line);
      throw new StatementError(
        `running the statement: its process ended with ${code}, wanted an answer: it may have taken too much memory`,
      );
    };
    const reader = child.stdout.getReader();
    const first = await reader.read();
    if (first.done) await settle();
    let idle: ReturnType<typeof setTimeout> | undefined;
    let isLeft = false;
    const pass = (controller: ReadableStreamDefaultController<Uint8Array>, piece: Uint8Array) => {
      idle = setTimeout(kill, IDLE);
      controller.enqueue(piece);
    };
    return new ReadableStream({
      start(controller) {
        if (first.done) controller.close();
        else pass(controller, first.value);
      },
      async pull(controller) {
        clearTimeout(idle);
        const next = await reader.read();
        if (isLeft) return;
        if (!next.done) return pass(controller, next.value);
        await settle();
        controller.close();
      },
      async cancel() {
        isLeft = true;
        clearTimeout(idle);
        kill();
        await reader.cancel();
        await ended;
      },
    });
  }
}

/** The beginning of what is read, all of which is taken. */
async function firstOf(stream: ReadableStream<Uint8Array>, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of stream) if (text.length < most) text += decoder.decode(piece, { stream: true });
  return text.slice(0, most);
}
