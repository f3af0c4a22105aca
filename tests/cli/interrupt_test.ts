import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { HIDE_CURSOR, SHOW_CURSOR } from "../../cli/out.ts";
import { CommandLine } from "./command_line.ts";
import { terminals } from "./programs.ts";

const PROJECT = fromFileUrl(new URL("../..", import.meta.url));
const GRAPH = fromFileUrl(new URL("./waiting_graph.ts", import.meta.url));
const CTRL_C = "\x03";
const LONGEST = 300_000;

if (!terminals) console.log("tests of Ctrl-C are left out: util-linux's `script` is not there");

interface Interrupted {
  readonly code: number;
  readonly told: string;
  readonly run: string;
}

/** Materializes through `deno task` in a terminal; once it is at work, keys are pressed until it has ended. */
async function interrupted(press: (key: () => void) => () => void): Promise<Interrupted> {
  await using line = await CommandLine.open();
  const env = { LAKE_URL: `${line.cwd}/lake`, STATE_URL: `${line.cwd}/state`, GRAPH };
  const child = new Deno.Command("script", {
    args: ["--quiet", "--flush", "--return", "--command", "deno task materialize", "/dev/null"],
    cwd: PROJECT,
    env,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), LONGEST);
  const keyboard = child.stdin.getWriter();
  const key = () => void keyboard.write(new TextEncoder().encode(CTRL_C)).catch(() => {});
  let told = "";
  let release: (() => void) | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    told += text;
    if (told.includes("t/waiting")) release ??= press(key);
  }
  release?.();
  clearTimeout(limit);
  const { code } = await child.status;
  await keyboard.close().catch(() => {});
  const { json } = await line.run(["runs", "--json"], { env });
  return { code, told, run: json[0].status };
}

function isShown(told: string): boolean {
  return told.includes(HIDE_CURSOR) && told.lastIndexOf(SHOW_CURSOR) > told.lastIndexOf(HIDE_CURSOR);
}

Deno.test("Ctrl-C that arrives twice cancels once: the summary, 130, the cursor", {
  ignore: !terminals,
}, async () => {
  const { code, told, run } = await interrupted((key) => {
    key();
    key();
    return () => {};
  });
  assertEquals({ code, run }, { code: 130, run: "cancelled" }, told);
  assertStringIncludes(told.slice(told.lastIndexOf(SHOW_CURSOR)), "cancelled");
  assert(isShown(told));
});

Deno.test(
  "Ctrl-C pressed on and on ends at once, and the cursor comes back",
  { ignore: !terminals },
  async () => {
    const { code, told, run } = await interrupted((key) => {
      const timer = setInterval(key, 50);
      return () => clearInterval(timer);
    });
    assertEquals(code, 130, told);
    assert(["interrupted", "cancelled"].includes(run), run);
    assert(isShown(told));
  },
);
