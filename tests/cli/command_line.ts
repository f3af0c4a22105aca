import { main } from "../../main.ts";

/** The result of a command. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly bytes: Uint8Array;
  readonly stderr: string;
  /** Both, in the order of their writing. */
  readonly shown: string;
  /** The one JSON document of stdout. */
  // deno-lint-ignore no-explicit-any
  readonly json: any;
}

export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Somebody at a terminal, who answers questions. */
  readonly prompt?: (question: string) => Promise<string | null>;
  /** The width of a terminal that somebody watches. */
  readonly columns?: () => number;
  /** Told of every write to stdout. */
  readonly seen?: (text: string) => void;
}

/** A folder of its own in which commands run, in this process; dispose of it. */
export class CommandLine implements AsyncDisposable {
  private constructor(readonly cwd: string) {}

  static async open(): Promise<CommandLine> {
    return new CommandLine(await Deno.makeTempDir({ prefix: "airgraph-cli-" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.cwd, { recursive: true });
  }

  async run(args: readonly string[], options: CallOptions = {}): Promise<Ran> {
    const { env = {}, signal = new AbortController().signal, columns, seen, prompt } = options;
    const pieces: Uint8Array[] = [];
    const errors: Uint8Array[] = [];
    const both: Uint8Array[] = [];
    const terminal = (into: Uint8Array[]) => {
      const write = (bytes: Uint8Array) => {
        into.push(bytes.slice());
        both.push(into.at(-1)!);
        if (into === pieces) seen?.(new TextDecoder().decode(bytes));
      };
      const send = (bytes: Uint8Array) => Promise.resolve(write(bytes)).then(() => true);
      return { colours: false, columns: () => columns?.(), write, send };
    };
    const code = await main(roomy(args), {
      env,
      cwd: this.cwd,
      signal,
      prompt,
      uncaught: () => {},
      stdout: terminal(pieces),
      stderr: terminal(errors),
    });
    const bytes = new Uint8Array(await blob(pieces).arrayBuffer());
    const [stdout, stderr, shown] = await Promise.all(
      [pieces, errors, both].map((written) => blob(written).text()),
    ) as [string, string, string];
    return {
      code,
      stdout,
      bytes,
      stderr,
      shown,
      get json() {
        return JSON.parse(stdout);
      },
    };
  }
}

function blob(pieces: readonly Uint8Array[]): Blob {
  return new Blob(pieces as Uint8Array<ArrayBuffer>[]);
}

/** A day of a month ago, which is never asked again: what is made of it stays fresh when an hour or a day ends. */
export function settledDay(): string {
  return new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
}

/** Tests share a process, whose memory is that of all of them. */
function roomy(args: readonly string[]): readonly string[] {
  return args[0] === "inspect" && !args.includes("--memory") ? [...args, "--memory", "8000"] : args;
}
