import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CommandLine } from "./command_line.ts";
import { spoken } from "./own_graph.ts";

const GRAPH = fromFileUrl(new URL("./own_graph.ts", import.meta.url));
const DAY = ["--from", "2024-01-02", "--to", "2024-01-02"];
const env = { GRAPH };

/** Tests of one file run one after the other, and each sets what it needs. */
function test(name: string, body: (line: CommandLine) => Promise<void>): void {
  Deno.test(name, async () => {
    spoken.words = "";
    await using line = await CommandLine.open();
    await body(line);
  });
}

test("materialize makes what is asked for, then says nothing to do", async (line) => {
  const first = await line.run(["materialize", ...DAY, "--json"], { env });
  assertEquals([first.code, first.stderr], [0, ""]);
  assertEquals(first.json, {
    run: 1,
    status: "succeeded",
    counts: { materialized: 27, unchanged: 0, failed: 0, blocked: 0 },
    assets: [
      { key: "words/hours", materialized: 24, unchanged: 0, failed: 0, blocked: 0, rows: 24 },
      { key: "words/days", materialized: 1, unchanged: 0, failed: 0, blocked: 0, rows: 0 },
      { key: "words/copy", materialized: 1, unchanged: 0, failed: 0, blocked: 0, rows: 0 },
      { key: "words/summary", materialized: 1, unchanged: 0, failed: 0, blocked: 0, rows: 0 },
    ],
    requests: 0,
    warnings: [],
    errors: [],
    seconds: first.json.seconds,
  });
  assertEquals(typeof first.json.seconds, "number");
  const second = await line.run(["materialize", ...DAY, "--json"], { env });
  assertEquals([second.code, second.json.run, second.json.status], [0, null, "nothing_to_do"]);
  const told = await line.run(["materialize", ...DAY], { env });
  assertEquals(told.stdout, "nothing to do: everything selected is fresh\n");
});

test("plan names the hour that changed as the cause", async (line) => {
  await line.run(["materialize", ...DAY], { env });
  spoken.words = "2024-01-02T07=loud";
  const hour = ["--partition", "2024-01-02T07", "--force"];
  assertEquals((await line.run(["materialize", "words/hours", ...hour], { env })).code, 0);
  const text = await line.run(["plan", ...DAY], { env });
  assertEquals(text.stdout.split("\n").slice(0, 2), [
    "words/days 2024-01-02: stale, words/hours 2024-01-02T07 changed",
    "words/copy 2024-01-02: stale, words/days 2024-01-02 is stale",
  ]);
  const { json } = await line.run(["plan", "words/days", ...DAY, "--json"], { env });
  assertEquals(json, {
    steps: [{
      asset: "words/days",
      from: "2024-01-02",
      to: "2024-01-02",
      count: 1,
      state: "stale",
      causes: [{
        kind: "input",
        asset: "words/hours",
        from: "2024-01-02T07",
        to: "2024-01-02T07",
        detail: "changed",
      }],
    }],
  });
  const dry = await line.run(["materialize", "words/days", ...DAY, "--dry-run", "--json"], { env });
  assertEquals(dry.json, json);
  const forced = await line.run(["plan", "words/summary", "--force", "--json"], { env });
  assertEquals(forced.json.steps[0].state, "fresh");
  assertEquals(forced.json.steps[0].causes, [{ kind: "forced" }]);
});

test("status counts states and ranges, over the whole sets or within bounds", async (line) => {
  const empty = await line.run(["status", "--json"], { env });
  assertEquals(empty.code, 0);
  assertEquals([...Deno.readDirSync(line.cwd)], [], "reading creates nothing");
  await line.run(["materialize", ...DAY], { env });
  const { json } = await line.run(
    ["status", "words/hours", "words/summary", "--from", "2024-01-02", "--to", "2024-01-03", "--json"],
    { env },
  );
  const [hours, summary] = json.assets;
  assertEquals({ ...hours, lastMaterialized: "" }, {
    key: "words/hours",
    group: "words",
    kind: "raw",
    partitions: { total: 48, fresh: 24, stale: 0, missing: 24, failed: 0, running: 0, blocked: 0 },
    ranges: [
      { from: "2024-01-02T00", to: "2024-01-02T23", state: "fresh" },
      { from: "2024-01-03T00", to: "2024-01-03T23", state: "missing" },
    ],
    lastMaterialized: "",
    checks: { passed: 0, failed: 0 },
    warnings: [],
  });
  assertMatch(hours.lastMaterialized, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assertEquals(summary.ranges, [{ from: null, to: null, state: "fresh" }]);
  const text = await line.run(["status"], { env });
  assertMatch(text.stdout, /^asset +partitions +fresh/);
});

test("a check that fails holds its day back, and the exit code says so", async (line) => {
  spoken.words = "2024-01-02T07=rude";
  const { code, json, stderr } = await line.run(["materialize", ...DAY, "--json"], { env });
  assertEquals([code, json.status], [1, "failed"]);
  assertEquals(
    json.errors.map(({ asset, partition }: { asset: string; partition: string }) => [asset, partition]),
    [
      ["words/days", "2024-01-02"],
      ["words/copy", "2024-01-02"],
    ],
  );
  assertEquals(stderr.trimEnd().split("\n").length, 2);
  assertStringIncludes(stderr, "words/days 2024-01-02: ");
});

test("what blocks from outside the selection comes with how to select it", async (line) => {
  const { code, stderr } = await line.run(["materialize", "words/copy", ...DAY], { env });
  assertEquals(code, 1);
  assertEquals(
    stderr,
    'words/copy 2024-01-02: needs words/days 2024-01-02, which is missing: select "+words/copy"\n',
  );
});

test("runs lists, shows and pages through what was done, without the graph", async (line) => {
  assertEquals((await line.run(["runs"])).stdout.split("\n").at(-2), "no runs yet");
  await line.run(["materialize", "--from", "2024-01-02", "--to", "2024-02-20"], { env });
  const list = await line.run(["runs", "--json"], { env });
  assertEquals(list.json.length, 1);
  assertEquals(list.json[0].status, "succeeded");
  const { json } = await line.run(["runs", "show", "1", "--json"], { env });
  assertEquals(json.events.length, 50 * 26 + 1);
  assertEquals(json.events[0].kind, "materialized");
  assert(json.events.some((event: { partition: string }) => event.partition === "2024-02-20T23"));
  assertEquals(json.steps[0].asset, "words/hours");
  const shown = await line.run(["runs", "show", "1"], { env });
  assertStringIncludes(shown.stdout, "words/days 2024-01-02 … 2024-02-20 (50) materialized\n");
  const logs = await line.run(["runs", "logs", "1", "--json"], { env });
  assertEquals(logs.json.logs[0].message, "counted");
  const unknown = await line.run(["runs", "show", "9"], { env });
  assertEquals([unknown.code, unknown.stderr], [
    2,
    "looking for run 9: found no such run, wanted one of 1 to 1\n",
  ]);
});

test("a key that looks like a part of JSON does not break logging, nor take letters out of messages", async (line) => {
  for (const key of ["{", '"', "e"]) {
    const given = { ...env, OPENAQ_API_KEY: key };
    assertEquals((await line.run(["materialize", ...DAY, "--force"], { env: given })).code, 0);
    const { json } = await line.run(["runs", "--json"], { env: given });
    const logs = await line.run(["runs", "logs", String(json[0].id), "--json"], { env: given });
    assertEquals(logs.json.logs[0].message, "counted");
    const missing = await line.run(["runs", "show", "99"], { env: given });
    assertStringIncludes(missing.stderr, "found no such run");
  }
});

test("check runs the checks on what stands", async (line) => {
  await line.run(["materialize", ...DAY], { env });
  const { code, json } = await line.run(["check", ...DAY, "--json"], { env });
  assertEquals([code, json], [0, {
    status: "passed",
    partitions: 1,
    passed: 1,
    failed: 0,
    failures: [],
    warnings: [],
  }]);
});

test("rollback without an earlier version ends with 1, with one it stays", async (line) => {
  await line.run(["materialize", ...DAY], { env });
  const none = await line.run(["rollback", "words/hours", "--partition", "2024-01-02T07"], { env });
  assertEquals(none.code, 1);
  assertEquals(none.stderr.trimEnd().split("\n").length, 1);
  spoken.words = "2024-01-02T07=loud";
  await line.run(["materialize", "words/hours", "--partition", "2024-01-02T07", "--force"], { env });
  const back = await line.run(["rollback", "words/hours", "--partition", "2024-01-02T07", "--json"], { env });
  assertEquals([back.code, back.json.from, back.json.to], [0, "2024-01-02T07=loud", "quiet"]);
  const plan = await line.run(["plan", "words/hours", ...DAY, "--json"], { env });
  assertEquals(plan.json, { steps: [] });
  for (
    const args of [["rollback"], ["rollback", "words/hours"], ["rollback", "words/hours", "--partition", "x"]]
  ) {
    assertEquals((await line.run(args, { env })).code, 2);
  }
});

test("wipe wants a selection, and a range where there are partitions", async (line) => {
  await line.run(["materialize", ...DAY], { env });
  for (const args of [["wipe"], ["wipe", "words/hours"], ["wipe", "words/hours", "--all", ...DAY]]) {
    const { code, stderr } = await line.run(args, { env });
    assertEquals([code, stderr.trimEnd().split("\n").length], [2, 1]);
  }
  const one = await line.run(["wipe", "words/summary", "--json"], { env });
  assertEquals([one.code, one.json.assets], [0, [{ key: "words/summary", partitions: 1 }]]);
  const all = await line.run(["wipe", "words/hours", "--all", "--json"], { env });
  assertEquals(all.json.assets, [{ key: "words/hours", partitions: 24 }]);
});

test("prune answers what it deleted", async (line) => {
  await line.run(["materialize", "words/summary"], { env });
  await Deno.mkdir(`${line.cwd}/lake-simulated/_staging/7`, { recursive: true });
  const { code, json } = await line.run(["prune", "--json"], { env });
  assertEquals([code, json], [0, { assets: [], events: 0, runs: 0, ticks: 0, staged: 1, warnings: [] }]);
});

test("a cancelled command ends with 130 and its run is marked", async (line) => {
  const cancelled = new AbortController();
  const seen = () => cancelled.abort(new Error("cancelled"));
  const { code } = await line.run(["materialize", ...DAY], { env, signal: cancelled.signal, seen });
  assertEquals(code, 130);
  const { json } = await line.run(["runs", "--json"], { env });
  assertEquals(json.map(({ status }: { status: string }) => status), ["cancelled"]);
});

test("a terminal is redrawn in place, however narrow", async (line) => {
  for (const columns of [200, 25]) {
    const { code, stdout } = await line.run(["materialize", ...DAY, "--force"], {
      env,
      columns: () => columns,
    });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "\x1b[?25l");
    assertStringIncludes(stdout, "\x1b[?25h");
    assertStringIncludes(stdout, "succeeded");
  }
});
