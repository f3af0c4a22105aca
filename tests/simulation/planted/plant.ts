import { dirname, fromFileUrl, join } from "@std/path";

/** A bug as a change of one place in the engine's text. */
export interface Planted {
  readonly name: string;
  readonly file: string;
  /** Must occur exactly once, so that a refactoring is noticed. */
  readonly find: string;
  readonly replace: string;
  /** Where it is hunted. @default a lake in memory, of which users ask everything */
  readonly lake?: "on disk" | "with daemons";
  /** The first seed of the hunt, of a bug that shows in few lives. @default 0 */
  readonly first?: number;
  /** Within so many it must be found. @default 1,000, of daemons 500 */
  readonly seeds?: number;
}

/** The first seed that found it, and how; null if none did. */
export type Found = { readonly seed: number; readonly message: string } | null;

const ROOT = dirname(dirname(dirname(dirname(fromFileUrl(import.meta.url)))));

/** All that the simulator imports. */
const PARTS = [
  "deno.json",
  "deno.lock",
  "types",
  "core",
  "adapters/cron",
  "adapters/state",
  "adapters/object_store",
  "adapters/sdk/files",
  "sources/openaq",
  "tests/adapters/state/harness.ts",
  "tests/simulation",
];

/** Runs the simulator over a copy of the engine that has the bug, until a rule is broken. */
export async function hunt(bug: Planted, seeds: number): Promise<Found> {
  const folder = await Deno.makeTempDir();
  try {
    for (const part of PARTS) await copy(join(ROOT, part), join(folder, part));
    await change(join(folder, bug.file), bug);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--quiet",
        "--no-check",
        "tests/simulation/planted/hunt.ts",
        `${bug.first ?? 0}`,
        `${seeds}`,
        bug.lake ?? "in memory",
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    if (!success) throw new Error(`hunting "${bug.name}": ${new TextDecoder().decode(stderr)}`);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function change(path: string, { name, file, find, replace }: Planted): Promise<void> {
  const text = await Deno.readTextFile(path);
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`planting "${name}": found ${places} places in ${file}, wanted one`);
  await Deno.writeTextFile(path, text.replace(find, () => replace));
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}
