import { fromFileUrl, join } from "@std/path";
import { z } from "zod";

/** The figures that another asset graph has for the same work on the same machine. */
const PEER = z.object({ name: z.string(), figures: z.record(z.string(), z.number()) });
export type Peer = z.infer<typeof PEER>;

const HERE = fromFileUrl(new URL(".", import.meta.url));
const REQUIREMENTS = join(HERE, "requirements.txt");

/**
 * Measures Dagster in a virtual environment of its own, which is made at first use.
 *
 * @throws {PeerError} If Python or Dagster are not to be had.
 */
export async function measureDagster(
  folder: string,
  { python = "python3", environment = join(HERE, ".venv") } = {},
): Promise<Peer> {
  const own = join(environment, "bin", "python");
  await install(python, environment, own);
  await Deno.mkdir(folder, { recursive: true });
  const home = await Deno.realPath(folder);
  const env = { DAGSTER_HOME: home, DAGSTER_DISABLE_TELEMETRY: "1", PYTHONDONTWRITEBYTECODE: "1" };
  const printed = await run(own, [join(HERE, "dagster_peer.py"), home], env);
  return PEER.parse(JSON.parse(printed.trim().split("\n").at(-1)!));
}

/** Something that a peer needs is missing on this machine. */
export class PeerError extends Error {
  override readonly name = "PeerError";
}

async function install(python: string, environment: string, own: string): Promise<void> {
  const wanted = await Deno.readTextFile(REQUIREMENTS);
  const mark = join(environment, "installed.txt");
  if (await Deno.readTextFile(mark).catch(() => "") === wanted) return;
  await run(python, ["-m", "venv", "--clear", environment]);
  await run(own, ["-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]);
  await Deno.writeTextFile(mark, wanted);
}

/** Runs a command. @returns What it printed. */
async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const doing = `measuring the peer: ${[command, ...args].join(" ")}`;
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], env }).output();
    if (success) return new TextDecoder().decode(stdout);
    const said = new TextDecoder().decode(stderr.length > 0 ? stderr : stdout).trim().split("\n").at(-1);
    throw new PeerError(`${doing}: found "${said}", wanted it to succeed`);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new PeerError(`${doing}: found no ${command}, wanted Python 3.10 or later with venv and pip`, {
      cause,
    });
  }
}
