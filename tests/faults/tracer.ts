import { join } from "@std/path";
import { type Call, numbered } from "./calls.ts";
import type { Place } from "./place.ts";
import type { StartOptions } from "./program.ts";

/** Sees the calls of programs that change what stands on the disk, and stops a program at one of them. */
export interface Tracer {
  readonly name: string;
  /** Runs the program to its end. @returns Its calls in the place, in order; paths are below the place's folder. */
  calls(place: Place, args: readonly string[], options?: Partial<StartOptions>): Promise<Call[]>;
  /** Starts a program so that the signal arrives when it is about to make the call. */
  stopping(place: Place, call: Call, signal?: "SIGKILL" | "SIGSTOP"): Partial<StartOptions>;
  /** Starts a program so that the call finds the disk full, or, where it lasts, it and all like it after it. */
  readonly filling?: (place: Place, call: Call, lasting: boolean) => Filling;
}

export interface Filling extends Partial<StartOptions> {
  /** Whether the call was made, once the program has ended. */
  met(): Promise<boolean>;
}

const NAMES = [
  "rename",
  "renameat",
  "renameat2",
  "link",
  "linkat",
  "unlink",
  "unlinkat",
  "fsync",
  "fdatasync",
];

/** By strace where it is there and may trace; else from within the program, which does not see SQLite's own calls. */
export async function tracer(): Promise<Tracer> {
  const trial = [
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=fsync",
    "-e",
    "inject=fsync:signal=SIGKILL",
    "true",
  ];
  try {
    const { success, stderr } = await new Deno.Command("strace", { args: trial, stdout: "null" }).output();
    if (success) return byStrace;
    console.log(`strace cannot trace: ${new TextDecoder().decode(stderr).trim()}`);
  } catch {
    console.log("strace is not there");
  }
  console.log("calls are seen and stopped from within the program instead");
  return fromWithin;
}

const byStrace: Tracer = {
  name: "strace",
  async calls(place, args, options = {}) {
    const log = join(place.folder, "calls.txt");
    const within = ["strace", "-f", "-y", "-qq", "-s", "4096", "-o", log];
    within.push("-e", `trace=${NAMES.map((name) => `?${name}`).join()}`);
    await ending(place, args, { ...options, within });
    const lines = (await Deno.readTextFile(log)).split("\n");
    return numbered(lines.flatMap((line) => {
      const { name, at, quoted } = LINE.exec(line)?.groups ?? {};
      const path = quoted?.startsWith("/") ? quoted : at ?? quoted;
      return name === undefined || path === undefined ? [] : below(place, name, path);
    }));
  },
  stopping: (place, call, signal = "SIGKILL") => ({
    within: injecting(place, call, { fault: `signal=${signal}`, log: "/dev/null" }),
  }),
  filling(place, call, lasting) {
    const log = join(place.folder, "filled.txt");
    return {
      within: injecting(place, call, { fault: "error=ENOSPC", log, lasting }),
      met: async () => (await Deno.readTextFile(log)).includes("(INJECTED)"),
    };
  },
};

function injecting(
  { folder }: Place,
  { name, path, nth }: Call,
  { fault, log, lasting = false }: {
    readonly fault: string;
    readonly log: string;
    readonly lasting?: boolean;
  },
): string[] {
  const seen = ["strace", "-f", "-qq", "-o", log, "-P", join(folder, path), "-e", `trace=${name}`];
  return [...seen, "-e", `inject=${name}:${fault}:when=${nth}${lasting ? "+" : ""}`];
}

/** `PID  name(4</at>, "quoted", …`: what a descriptor or a folder is open for stands in angle brackets. */
const LINE = /^\d+ +(?<name>\w+)\((?:(?:AT_FDCWD|\d+)(?:<(?<at>[^>]*)>)?(?:, )?)?(?:"(?<quoted>[^"]*)")?/;

const fromWithin: Tracer = {
  name: "from within",
  async calls(place, args, options = {}) {
    const log = join(place.folder, "calls.txt");
    await ending(place, args, { ...options, preload: [...options.preload ?? [], preload({ log })] });
    const lines = (await Deno.readTextFile(log)).trimEnd().split("\n");
    return numbered(lines.flatMap((line) => {
      const [name, path] = line.split("\t");
      return below(place, name!, path!);
    }));
  },
  stopping: stoppingFromWithin,
};

/** Stops the program without another that traces it; only a call that the program itself makes. */
export function stoppingFromWithin(
  place: Place,
  { name, path, nth }: Call,
  signal = "SIGKILL",
): Partial<StartOptions> {
  return { preload: [preload({ name, path: join(place.folder, path), nth: String(nth), signal })] };
}

function preload(query: Readonly<Record<string, string>>): string {
  return `${import.meta.resolve("./halting.ts")}?${new URLSearchParams(query)}`;
}

async function ending(place: Place, args: readonly string[], options: Partial<StartOptions>): Promise<void> {
  const { code, stderr } = await place.run(args, options);
  if (code !== 0) throw new Error(`"${args.join(" ")}" ended with ${code}: ${stderr}`);
}

function below({ folder }: Place, name: string, path: string) {
  return path.startsWith(`${folder}/`) ? [{ name, path: path.slice(folder.length + 1) }] : [];
}
