import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { statementsOf } from "../../cli/statements.ts";
import { computed } from "../faults/processes.ts";
import { until } from "../faults/until.ts";
import { CommandLine } from "./command_line.ts";
import { terminals } from "./programs.ts";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));
const LONGEST = 300_000;
/** More than reading a statement and planning it takes, in hundredths of a second of the processor. */
const WORKING = 100;

if (!terminals) console.log("the test of typed statements is left out: util-linux's `script` is not there");

Deno.test("statements end with a semicolon that is in no quote and in no comment", () => {
  const of = (text: string) => {
    const { whole, rest } = statementsOf(text);
    return [...whole, rest];
  };
  assertEquals(of("SELECT 1; SELECT 2;\n"), ["SELECT 1", "SELECT 2", ""]);
  assertEquals(of("SELECT ';''' AS \"a;\" -- ;\n, 2 /* ; */;x"), [
    "SELECT ';''' AS \"a;\" -- ;\n, 2 /* ; */",
    "x",
  ]);
  assertEquals(of("SELECT 'a;\n"), ["SELECT 'a;\n"]);
  assertEquals(of(";; -- nothing\n;"), [""]);
});

Deno.test("statements that are piped in are answered one after the other, up to the first that fails", async () => {
  await using line = await CommandLine.open();
  const piped = async (text: string) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", MAIN, "inspect", "--json"],
      cwd: line.cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const errors = new TextDecoder().decode(stderr).split("\n").filter((each) => !each.startsWith("note:"));
    return [code, new TextDecoder().decode(stdout), errors.join("\n")];
  };
  assertEquals(await piped("SELECT 1\n AS a; SELECT 2 AS b;\n-- the end\nSELECT 3 AS c"), [
    0,
    '[{"a":1}]\n[{"b":2}]\n[{"c":3}]\n',
    "",
  ]);
  const [code, told, error] = await piped("SELECT 1 AS a;\nSELECT x;\nSELECT 3 AS c;");
  assertEquals([code, told], [2, '[{"a":1}]\n']);
  assertStringIncludes(String(error), '"x"');
  assertEquals((await piped(" \n"))[0], 2);
});

Deno.test("in a terminal a statement may take lines, Ctrl-C cancels it, and the session stays", {
  ignore: !terminals,
}, async () => {
  await using line = await CommandLine.open();
  const child = new Deno.Command("script", {
    args: [
      "--quiet",
      "--flush",
      "--return",
      "--command",
      `deno run -A --no-check ${MAIN} inspect`,
      "/dev/null",
    ],
    cwd: line.cwd,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), LONGEST);
  const keyboard = child.stdin.getWriter();
  /** The input that is typed once something new was shown. */
  const typed: [shown: string, keys: string, working?: true][] = [
    ["airgraph> ", "SELECT 40 +\r"],
    ["...> ", "2 AS sum;\r"],
    ["1 row", "SELECT count(*) FROM range(1000000000000);\r"],
    ["1000000000000);", "\x03", true],
    ["cancelled", "SELECT nowhere;\r"],
    ['"nowhere" was not found', ".tables\r"],
    ["0 rows", ".quit\r"],
  ];
  let told = "";
  let from = 0;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    told += text;
    const [next] = typed;
    const at = next === undefined ? -1 : told.indexOf(next[0], from);
    if (at < 0) continue;
    from = at + next![0].length;
    typed.shift();
    if (next![2]) {
      const before = computed(child.pid);
      await until("the statement to be at work", () => computed(child.pid) > before + WORKING);
    }
    await keyboard.write(new TextEncoder().encode(next![1])).catch(() => {});
  }
  clearTimeout(limit);
  const { code } = await child.status;
  await keyboard.close().catch(() => {});
  assertEquals([code, typed], [0, []], told);
  assert(/sum\s+─+\s+42\s/.test(told), told);
});
