import { fromFileUrl, join } from "@std/path";

const HERE = fromFileUrl(new URL(".", import.meta.url));
const REQUIREMENTS = join(HERE, "requirements.txt");
const VENV = join(HERE, ".venv");

/** The server that stands in for AWS. */
export const MOTO = join(VENV, "bin", "moto_server");

/** Makes a virtual environment with what stands in for AWS, where it is not there yet. */
export async function install(): Promise<void> {
  const wanted = await Deno.readTextFile(REQUIREMENTS);
  const mark = join(VENV, "installed.txt");
  if (await Deno.readTextFile(mark).catch(() => "") === wanted) return;
  console.log("installing moto, which stands in for AWS");
  await run("python3", ["-m", "venv", "--clear", VENV]);
  await run(join(VENV, "bin", "python"), ["-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]);
  await Deno.writeTextFile(mark, wanted);
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const doing = `installing what stands in for AWS: ${[command, ...args].join(" ")}`;
  const { success, stderr } = await new Deno.Command(command, { args: [...args], stdout: "null" }).output()
    .catch((cause) => {
      throw new Error(`${doing}: found no ${command}, wanted Python 3.10 or later with venv and pip`, {
        cause,
      });
    });
  const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  if (!success) throw new Error(`${doing}: found "${said}", wanted it to succeed`);
}

if (import.meta.main) await install();
