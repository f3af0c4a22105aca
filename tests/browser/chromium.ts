import { type Browser, chromium } from "playwright-core";

/** The names that Chromium goes by, the first that is there is taken. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Starts the browser that is on this machine; as root, where there is none, installs the distribution's. */
export async function launch(): Promise<Browser> {
  const executablePath = await found() ?? await installed();
  const isRoot = Deno.uid() === 0;
  return await chromium.launch({
    executablePath,
    args: ["--disable-gpu", ...isRoot ? ["--no-sandbox"] : []],
  });
}

async function found(): Promise<string | undefined> {
  const named = Deno.env.get("CHROMIUM");
  if (named) return named;
  for (const name of NAMES) {
    for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
      const path = `${folder}/${name}`;
      if ((await Deno.stat(path).catch(() => undefined))?.isFile) return path;
    }
  }
  return undefined;
}

/** @throws If it cannot be installed here. */
async function installed(): Promise<string> {
  const wanted = `wanted ${NAMES.join(", ")}, or its path in CHROMIUM`;
  if (Deno.uid() !== 0) throw new Error(`looking for a browser: found none, ${wanted}`);
  console.log("installing chromium");
  const apt = async (...args: readonly string[]) => {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    const command = new Deno.Command("apt-get", { args: [...args], env, stdout: "null", stderr: "null" });
    return await command.output().then(({ success }) => success, () => false);
  };
  const install = ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"];
  if (!await apt(...install)) {
    await apt("update");
    await apt(...install);
  }
  const path = await found();
  if (path === undefined) throw new Error(`installing a browser: found apt-get unable to, ${wanted}`);
  return path;
}
