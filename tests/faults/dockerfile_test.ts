import { assert, assertEquals } from "@std/assert";
import { dirname, fromFileUrl, globToRegExp, join } from "@std/path";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));
/** A network of its own, in which nothing can be reached. */
const ALONE = ["unshare", "--map-root-user", "--net"];
const NOBODY = 65_534;

/** The instructions, each with what follows it in one line. */
function instructionsOf(text: string): readonly (readonly [string, string])[] {
  const lines = text.replaceAll(/\\\n/g, "").split("\n").filter((line) => /^[A-Z]+ /.test(line));
  return lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);
}

async function output(
  [program = "", ...args]: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, ...options }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The files that are given to the build. */
async function context(): Promise<readonly string[]> {
  const { stdout } = await output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
  });
  const ignored = (await Deno.readTextFile(join(ROOT, ".dockerignore"))).trim().split("\n")
    .map((pattern) => globToRegExp(pattern));
  const parts = (path: string) => path.split("/").map((_, i, all) => all.slice(0, i + 1).join("/"));
  return stdout.split("\0").filter((path) =>
    path !== "" && !parts(path).some((part) => ignored.some((pattern) => pattern.test(part)))
  );
}

const isPermitted = await output([...ALONE, "true"]).then(({ code }) => code === 0, () => false);
if (!isPermitted) console.log("unshare may not make a network of its own: the Dockerfile is not followed");

Deno.test({
  name: "what the Dockerfile does makes a daemon that needs no network to begin, as a user of its own",
  ignore: !isPermitted,
  async fn() {
    const folder = await Deno.makeTempDir();
    const [app, data, cache] = ["airgraph", "data", "deno"].map((name) => join(folder, name));
    for (const path of [app!, cache!]) await Deno.mkdir(path);
    const own: Record<string, string> = {};
    const inApp = { cwd: app!, env: { DENO_DIR: cache!, NO_COLOR: "1" } };
    const isRoot = Deno.uid() === 0;
    let user: readonly string[] = [];
    let entry: readonly string[] = [];
    try {
      const files = await context();
      for (const [word, rest] of instructionsOf(await Deno.readTextFile(join(ROOT, "deploy/Dockerfile")))) {
        if (word === "COPY") {
          const wanted = rest.split(" ").slice(0, -1);
          await copy(wanted[0] === "." ? files : wanted, app!);
        } else if (word === "RUN" && rest.startsWith("deno ")) {
          const done = await output([Deno.execPath(), ...rest.split(" ").slice(1)], inApp);
          if (done.code !== 0 && /error sending request|dns error/i.test(done.stderr)) {
            return console.log(
              `skipped: packages cannot be fetched here: ${done.stderr.trim().split("\n").at(-1)}`,
            );
          }
          assertEquals(done.code, 0, done.stderr);
        } else if (word === "RUN") {
          assertEquals(rest, "mkdir /data && chown deno:deno /data");
          await Deno.mkdir(data!);
        } else if (word === "USER" && isRoot) {
          // The image's cache is its user's; what is installed in it is root's.
          for (const path of [data!, cache!]) await Deno.chown(path, NOBODY, NOBODY);
          await Deno.chmod(folder, 0o755);
          user = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
        } else if (word === "ENV") {
          for (const pair of rest.split(" ")) {
            const [name = "", value = ""] = pair.split("=");
            own[name] = value.replace(/^\/data/, data!);
          }
        } else if (word === "ENTRYPOINT" || word === "CMD") entry = [...entry, ...JSON.parse(rest)];
      }
      assertEquals(entry[0], "deno");
      const env = { ...inApp.env, ...own, PATH: Deno.env.get("PATH")!, DEFAULT_LOOKBACK_DAYS: "1" };
      const once = [...user, ...ALONE, Deno.execPath(), ...entry.slice(1), "--once"];
      const { code, stdout, stderr } = await output(once, { ...inApp, clearEnv: true, env });
      assertEquals(code, 0, stdout + stderr);
      assert([...Deno.readDirSync(data!)].some(({ name }) => name === "lake.sqlite"), stdout);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function copy(files: readonly string[], to: string): Promise<void> {
  for (const path of files) {
    await Deno.mkdir(dirname(join(to, path)), { recursive: true });
    await Deno.copyFile(join(ROOT, path), join(to, path));
  }
}
