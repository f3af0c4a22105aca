import { dirname, fromFileUrl, join } from "@std/path";
import { until } from "./until.ts";

const ROOT = dirname(dirname(dirname(fromFileUrl(import.meta.url))));
/** The environment variables that Deno itself needs. */
const KEPT = ["PATH", "HOME", "DENO_DIR", "TMPDIR"];

export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Modules to run first. */
  readonly preload?: readonly string[];
  /** A command line that runs the one which follows it, such as `bash -c … bash`. */
  readonly within?: readonly string[];
  /** How long it may take, in milliseconds. @default ten minutes */
  readonly most?: number;
}

/** Longer than anything takes that these tests start, on a machine that is busy with much else. */
const MOST = 600_000;

/** How a process ended. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stderr. */
  readonly errors: readonly string[];
  // deno-lint-ignore no-explicit-any
  readonly json: any;
}

/** The program as a process of its own. */
export class Program {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: Told;
  readonly #stderr: Told;
  readonly ended: Promise<Ended>;
  #over = false;

  constructor(args: readonly string[], { cwd, env, preload = [], within = [], most = MOST }: StartOptions) {
    const line = [
      ...within,
      Deno.execPath(),
      "run",
      "-A",
      ...preload.flatMap((module) => ["--preload", module]),
      join(ROOT, "main.ts"),
      ...args,
    ];
    const kept = KEPT.flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)!]] : []);
    const command = new Deno.Command(line[0]!, {
      args: line.slice(1),
      cwd,
      clearEnv: true,
      env: { ...Object.fromEntries(kept), ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    this.#child = command.spawn();
    this.#stdout = new Told(this.#child.stdout);
    this.#stderr = new Told(this.#child.stderr);
    this.ended = this.#end(args, most);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What it has written to stdout so far. */
  get stdout(): string {
    return this.#stdout.text;
  }

  /** Whether it has ended. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Resolves once what it has written to stdout matches.
   * @throws If it ends before, or does not say it in time.
   */
  async says(wanted: RegExp): Promise<void> {
    await until(`it to say ${wanted}`, () => this.#over || wanted.test(this.#stdout.text));
    if (wanted.test(this.#stdout.text)) return;
    const { code, stdout, stderr } = await this.ended;
    throw new Error(`it ended with ${code} without saying ${wanted}: ${stdout}${stderr}`);
  }

  /** Sends a signal, unless it has ended. @returns Whether it was sent. */
  signal(signal: Deno.Signal): boolean {
    if (this.#over) return false;
    try {
      this.#child.kill(signal);
      return true;
    } catch {
      return false; // it has just ended
    }
  }

  async #end(args: readonly string[], most: number): Promise<Ended> {
    let late = false;
    const timer = setTimeout(() => late = this.signal("SIGKILL"), most);
    const [stdout, stderr] = await Promise.all([this.#stdout.whole, this.#stderr.whole]);
    const { code, signal } = await this.#child.status;
    clearTimeout(timer);
    this.#over = true;
    if (late) throw new Error(`"${args.join(" ")}" did not end within ${most} ms: ${stdout}${stderr}`);
    return {
      code,
      signal,
      stdout,
      stderr,
      errors: stderr.split("\n").filter((line) => line !== ""),
      get json() {
        return JSON.parse(stdout);
      },
    };
  }
}

/** The output of a program, as it is written. */
class Told {
  text = "";
  /** All of it, once it has ended. */
  readonly whole: Promise<string>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.whole = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.text += text;
    return this.text;
  }
}
