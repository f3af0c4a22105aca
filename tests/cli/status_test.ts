import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CommandLine } from "./command_line.ts";
import { spoken } from "./own_graph.ts";

const env = { GRAPH: fromFileUrl(new URL("./own_graph.ts", import.meta.url)) };
const DAY = ["--from", "2024-01-02", "--to", "2024-01-02"];
/** Two days before today's, UTC: a day of the plan's that is over since long. */
const BEFORE = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);

function test(name: string, body: (line: CommandLine) => Promise<void>): void {
  Deno.test(name, async () => {
    spoken.words = "";
    await using line = await CommandLine.open();
    await body(line);
  });
}

test("status looks at the days that plan means, and at whole sets when asked to", async (line) => {
  await line.run(["materialize", ...DAY], { env });
  const missing = (json: { assets: { partitions: { missing: number } }[] }) =>
    json.assets.reduce((sum, { partitions }) => sum + partitions.missing, 0);
  const { json: plan } = await line.run(["plan", "--json"], { env });
  const { json: usual } = await line.run(["status", "--json"], { env });
  const steps: { count: number }[] = plan.steps;
  assertEquals(missing(usual), steps.reduce((sum, { count }) => sum + count, 0));
  assertEquals(usual.assets[1].partitions.total, 7);
  const last = usual.assets[1].lastMaterialized;
  assert(last !== null, "what was made last may be older than what is looked at");
  assertEquals((await line.run(["status", "--json", ...DAY], { env })).json.assets[1].lastMaterialized, last);
  const other = ["--from", "2024-01-03", "--to", "2024-01-03"];
  assertEquals(
    (await line.run(["status", "--json", ...other], { env })).json.assets[1].lastMaterialized,
    null,
  );
  const { json: whole } = await line.run(["status", "--all", "--json"], { env });
  assert(whole.assets[1].partitions.total > 1_000);
  assertEquals(whole.assets[1].partitions.fresh, 1);
  const both = await line.run(["status", "--all", ...DAY], { env });
  assertEquals([both.code, both.stderr], [
    2,
    "reading the range: found --all beside --from or --to, wanted one of them\n",
  ]);
});

test("status --check tells by its exit code what is not as it should be", async (line) => {
  const check = async (...args: string[]) => {
    const { code, stderr, stdout } = await line.run(["status", "--check", ...args], { env });
    assertStringIncludes(stdout, "asset");
    return [code, stderr.trimEnd()];
  };
  const [empty, told] = await check(...DAY);
  assertEquals(empty, 1);
  assertStringIncludes(String(told), "words/days: found 1 missing, wanted all fresh");
  await line.run(["materialize", ...DAY], { env });
  assertEquals(await check(...DAY), [0, ""]);
  assertEquals(await check("--all"), [0, ""], "most of a whole set was never asked for");

  spoken.words = "2024-01-02T07=rude";
  await line.run(["materialize", "words/hours", "--partition", "2024-01-02T07", "--force"], { env });
  const stale = "words/days: found 1 stale, wanted all fresh\nwords/copy: found 1 stale, wanted all fresh";
  assertEquals(await check(...DAY), [1, stale]);
  await line.run(["materialize", ...DAY], { env });
  const held = "words/days: found 1 stale, 1 blocked, wanted all fresh\n" +
    "words/copy: found 1 stale, 1 blocked, wanted all fresh";
  assertEquals(await check(...DAY), [1, held]);
  assertEquals(await check("--all"), [1, held]);
});

test("status --warn-error ends with 1 for a warning, which --check does not", async (line) => {
  const one = ["words/days", ...DAY];
  await line.run(["materialize", ...DAY], { env });
  assertEquals((await line.run(["status", "--warn-error", ...one], { env })).code, 0);
  spoken.words = "2024-01-02T07=loud";
  await line.run(["materialize", "words/hours", "--partition", "2024-01-02T07", "--force"], { env });
  await line.run(["materialize", ...DAY], { env });
  await line.run(["rollback", "words/days", "--partition", "2024-01-02"], { env });
  const check = await line.run(["status", "--check", ...one], { env });
  assertStringIncludes(check.stdout, "warning: words/days 2024-01-02: rolled back");
  assertEquals([check.code, check.stderr], [0, ""]);
  const strict = await line.run(["status", "--warn-error", ...one], { env });
  assertEquals([strict.code, strict.stderr], [
    1,
    "words/days: found 1 warning, wanted all fresh and no warning\n",
  ]);
});

Deno.test("status --check tells of what is late", async () => {
  await using line = await CommandLine.open();
  const range = ["--from", BEFORE, "--to", BEFORE];
  await line.run(["materialize", ...range]);
  assertEquals((await line.run(["status", "--check", ...range])).code, 0);
  await line.run(["wipe", "vietnam/stations"]);
  const { code, stderr } = await line.run(["status", "vietnam/dev_mart", "--check", ...range]);
  assertEquals([code, stderr], [1, "vietnam/dev_mart: found 1 stale, 1 late, wanted all fresh\n"]);
});

test("a day that was rolled back is marked until it is made again", async (line) => {
  await line.run(["materialize", ...DAY], { env });
  spoken.words = "2024-01-02T07=loud";
  await line.run(["materialize", "words/hours", "--partition", "2024-01-02T07", "--force"], { env });
  await line.run(["materialize", ...DAY], { env });
  const marks = async () =>
    (await line.run(["status", "words/days", ...DAY, "--json"], { env })).json.assets[0].warnings;
  assertEquals(await marks(), []);
  const back = await line.run(["rollback", "words/days", "--partition", "2024-01-02", "--json"], { env });
  const message = `rolled back to version ${back.json.to} by run 4, until what it reads or the code changes`;
  assertEquals(await marks(), [{ partition: "2024-01-02", message }]);
  const { stdout } = await line.run(["status", "words/days", ...DAY], { env });
  assertStringIncludes(stdout, `warning: words/days 2024-01-02: ${message}`);
  await line.run(["materialize", "words/days", "--partition", "2024-01-02", "--force"], { env });
  assertEquals(await marks(), []);
});

test("plan says why what is missing was not made, or cannot be", async (line) => {
  spoken.words = "2024-01-02T07=rude";
  await line.run(["materialize", ...DAY], { env });
  const { stdout } = await line.run(["plan", ...DAY], { env });
  assertEquals(stdout.trimEnd().split("\n"), [
    'words/days 2024-01-02: missing, blocked: check "polite" failed: found a rude word, wanted polite ones',
    "words/copy 2024-01-02: missing, blocked: needs words/days 2024-01-02, which failed or is blocked",
    "2 partitions to do, 2 of them blocked",
  ]);
  const { json } = await line.run(["plan", "words/copy", ...DAY, "--json"], { env });
  assertEquals(json.steps[0].hindrance, {
    state: "blocked",
    message: 'needs words/days 2024-01-02, which failed or is blocked: select "+words/copy"',
  });
  const [, ...rest] = (await line.run(["plan", "words/copy", "--from", "2024-01-02", "--to", "2024-01-04"], {
    env,
  })).stdout.trimEnd().split("\n");
  assertEquals(
    rest[0],
    'words/copy 2024-01-03 … 2024-01-04 (2): missing, blocked: needs words/days 2024-01-03 … 2024-01-04, which is missing: select "+words/copy"',
  );
});

Deno.test("status can be read in a terminal of 80 columns", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", "--from", BEFORE, "--to", BEFORE]);
  await line.run(["wipe", "vietnam/stations"]);
  const tableOf = (text: string) =>
    text.split("\n").filter((each) => /^(asset|vietnam\/\S+|view\/\S+) /.test(each));
  for (const options of [{}, { columns: () => 80 }]) {
    const lines = tableOf((await line.run(["status", "--all"], options)).stdout);
    assertMatch(lines[0]!, /^asset +partitions +fresh +stale +missing/);
    assert(lines.length > 16);
    assertEquals(lines.filter((each) => each.length > 80), []);
  }
  const wide = tableOf((await line.run(["status"], { columns: () => 150 })).stdout);
  assertMatch(wide[0]!, /missing +last materialized +checks$/);
});
