import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));

function command(cwd: string, args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    cwd,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "",
      DENO_DIR: Deno.env.get("DENO_DIR") ?? "",
    },
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test("the program ends with the command's exit code, JSON alone on stdout", async () => {
  const cwd = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await command(cwd, ["status", "--json"]).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    assertEquals(Array.isArray(JSON.parse(new TextDecoder().decode(stdout)).assets), true);
    const wrong = await command(cwd, ["nothing"]).output();
    assertEquals([wrong.code, wrong.stdout.length], [2, 0]);
    assertEquals([...Deno.readDirSync(cwd)], []);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test(
  "what stdout has no room for is told, and the work is done",
  { ignore: Deno.build.os !== "linux" },
  async () => {
    const cwd = await Deno.makeTempDir();
    const run = async (...args: string[]) => {
      const { code, stderr } = await new Deno.Command("sh", {
        args: ["-c", 'exec "$@" > /dev/full', "sh", Deno.execPath(), "run", "-A", MAIN, ...args],
        cwd,
        stdout: "null",
        stderr: "piped",
      }).output();
      return [code, new TextDecoder().decode(stderr)];
    };
    const told =
      "writing stdout: No space left on device (os error 28), wanted room for all that was to be told\n";
    try {
      assertEquals(await run("materialize", "vietnam/locations"), [1, told]);
      for (const command of ["status", "--help"]) assertEquals(await run(command), [1, told]);
      assertEquals(await run("inspect", "FROM range(100000)"), [1, told]);
      const { stdout } = await command(cwd, ["status", "vietnam/locations", "--json"]).output();
      assertEquals(JSON.parse(new TextDecoder().decode(stdout)).assets[0].partitions.fresh, 1);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`${signal} cancels: the run is marked, the exit code is 130`, async () => {
    const cwd = await Deno.makeTempDir();
    try {
      const child = command(cwd, ["materialize", "--from", "2020-01-01", "--to", "2025-12-31"]).spawn();
      let told = "";
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      for (let sent = false;;) {
        const { value, done } = await reader.read();
        if (done) break;
        told += value;
        if (!sent && told.includes("vietnam/raw_prod") && told.includes("started")) {
          sent = true;
          child.kill(signal);
        }
      }
      const [{ code }] = await Promise.all([child.status, child.stderr.cancel()]);
      assertEquals(code, 130);
      const { stdout } = await command(cwd, ["runs"]).output();
      assertStringIncludes(new TextDecoder().decode(stdout), "materialize");
      assertMatch(new TextDecoder().decode(stdout), /\n +1 +cancelled /);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  });
}
