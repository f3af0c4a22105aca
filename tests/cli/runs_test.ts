import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { CommandLine } from "./command_line.ts";
import { spoken } from "./own_graph.ts";

const WAITING = fromFileUrl(new URL("./waiting_graph.ts", import.meta.url));
const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));
const env = { GRAPH: fromFileUrl(new URL("./shops_graph.ts", import.meta.url)) };

Deno.test("what was stored by graphs that answered oddly is shown all the same", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", "ny/shops", "--partition", "bronx"], { env });
  const odd = [
    ["5", "version 5"],
    ["NULL", "version "],
    ["x'00ff'", "version 00ff"],
    ["'a' || char(10) || char(27) || '[31m' || char(155)", "version a\\n\\u001b[31m\\u009b"],
  ] as const;
  for (const [stored, shown] of odd) {
    const db = new DatabaseSync(`${line.cwd}/lake-simulated.sqlite`);
    db.exec(`UPDATE events SET version = ${stored} WHERE seq = 1`);
    db.close();
    const text = await line.run(["runs", "show", "1"], { env });
    assertEquals([text.code, text.stderr], [0, ""]);
    assertEquals(
      text.stdout.split("\n").find((each) => each.startsWith("ny/shops bronx ")),
      `ny/shops bronx materialized ${shown}`,
    );
    const { code, json } = await line.run(["runs", "show", "1", "--json"], { env });
    assertEquals([code, json.events.length], [0, 1]);
    for (const args of [["status"], ["plan"], ["runs"]]) {
      assertEquals((await line.run(args, { env })).code, 0);
    }
  }
  const { stdout } = await line.run(["runs"], { env });
  assertStringIncludes(stdout, "materialize ny/shops partitions=");
});

/** A process that materializes what never ends, at work on it; `told` has what it says. */
async function working(line: CommandLine): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "materialize", "--graph", WAITING],
    cwd: line.cwd,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let told = "";
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!told.includes("t/waiting started")) {
    const { value, done } = await reader.read();
    assert(!done, told);
    told += value;
  }
  await reader.cancel();
  return child;
}

Deno.test("what a living process holds is shown, and freed only by force", async () => {
  await using line = await CommandLine.open();
  const env = { GRAPH: WAITING };
  const child = await working(line);
  try {
    const place = `process ${child.pid} on ${Deno.hostname()}`;
    const { stdout } = await line.run(["runs"], { env });
    assertStringIncludes(stdout, `run 1 is at work on t/waiting: ${place}\n`);
    const { json } = await line.run(["runs", "--json"], { env });
    const claim = { asset: "t/waiting", from: null, to: null, host: Deno.hostname(), pid: child.pid };
    assertEquals(json[0].claims, [{ ...claim, alive: true }]);
    assertEquals((await line.run(["doctor"], { env })).code, 0);

    const refused = await line.run(["runs", "release", "1"], { env });
    assertEquals([refused.code, refused.stderr], [
      1,
      `releasing run 1: found ${place} at work on it, wanted it to be no more, or --force\n`,
    ]);
    child.kill("SIGSTOP");
    const forced = await line.run(["runs", "release", "1", "--force", "--json"], { env });
    assertEquals([forced.code, forced.json.released], [0, [{ run: 1, ...claim, alive: true }]]);
    assertEquals((await line.run(["runs", "--json"], { env })).json[0].status, "interrupted");
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("what a killed process left behind is shown, told by doctor, and freed", async () => {
  await using line = await CommandLine.open();
  const env = { GRAPH: WAITING };
  const child = await working(line);
  child.kill("SIGKILL");
  await child.status;
  const { stdout } = await line.run(["runs"], { env });
  assertMatch(
    stdout,
    /run 1 left t\/waiting behind, .*: process \d+ on .* is no more; "runs release 1" frees what can be freed now\n/,
  );
  const { code, stderr, json } = await line.run(["doctor", "--json"], { env });
  assertEquals([code, json.ok], [1, false]);
  assertMatch(
    stderr,
    /^claims: run 1 of process \d+ on .* holds t\/waiting: found nobody at work on it, wanted the next materialize or "runs release 1"\n$/,
  );
  const freed = await line.run(["runs", "release", "1"], { env });
  assertEquals([freed.code, freed.stderr], [0, ""]);
  assertEquals(
    freed.stdout,
    "t/waiting is free; publications that run 1 had begun are settled by the next\n",
  );
  assertEquals((await line.run(["doctor"], { env })).code, 0);
  assertEquals((await line.run(["runs", "--json"], { env })).json[0].claims, undefined);
});

Deno.test("a run that holds nothing needs no release", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", "ny/shops"], { env });
  const { code, stdout } = await line.run(["runs", "release", "1"], { env });
  assertEquals([code, stdout], [0, "run 1 holds nothing\n"]);
});

Deno.test("a run's history is told in ranges, with a filter and a limit", async () => {
  await using line = await CommandLine.open();
  const env = { GRAPH: fromFileUrl(new URL("./own_graph.ts", import.meta.url)) };
  const show = async (...args: string[]) => {
    const { code, stdout, stderr } = await line.run(["runs", "show", "1", ...args], { env });
    assertEquals([code, stderr], [0, ""]);
    return stdout.trimEnd().split("\n").slice(2);
  };
  spoken.words = "2024-06-10T07=rude,2024-09-01T00=rude";
  const year = ["--from", "2024-01-01", "--to", "2024-12-31"];
  assertEquals((await line.run(["materialize", ...year], { env })).code, 1);
  const whole = await show();
  assert(whole.length < 110, `${whole.length} lines`);
  assertEquals(whole.filter((each) => / materialized/.test(each)).slice(0, 2), [
    "words/hours 2024-01-01T00 … 2024-12-31T23 (8,784) materialized 8,784 rows",
    "words/days 2024-01-01 … 2024-06-09 (161) materialized",
  ]);
  assert(whole.some((each) => /^… and \d+ more: --limit N, --failed, or an asset's key$/.test(each)));
  assert((await show("--limit", "1000")).length > whole.length);
  assertEquals((await show("words/days", "--failed")).filter((each) => !each.startsWith("step ")), [
    'words/days 2024-06-10 blocked: check "polite" failed: found a rude word, wanted polite ones',
    'words/days 2024-09-01 blocked: check "polite" failed: found a rude word, wanted polite ones',
  ]);
  const { json } = await line.run(["runs", "show", "1", "words/days", "--failed", "--json"], { env });
  assertEquals(json.events.map(({ from }: { from: string }) => from), ["2024-06-10", "2024-09-01"]);
  const unknown = await line.run(["runs", "show", "1", "words/dys"], { env });
  assertEquals([unknown.code, unknown.stderr], [
    2,
    'reading runs: found no asset "words/dys", did you mean "words/days"?\n',
  ]);
});

Deno.test("runs as JSON are a list", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", "ny/shops"], { env });
  const { json } = await line.run(["runs", "--json"], { env });
  const [{ started, ended, ...run }] = json;
  assertEquals([Date.parse(started) > 0, Date.parse(ended) > 0], [true, true]);
  assertEquals(run, {
    id: 1,
    status: "succeeded",
    request: {
      command: "materialize",
      selection: ["ny/shops"],
      ranges: [{ asset: "ny/shops", from: "bronx", to: "queens" }],
    },
    priority: 0,
    parent: null,
    counts: { materialized: 2, unchanged: 0, failed: 0, blocked: 0 },
  });
});
