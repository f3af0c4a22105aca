import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { faults } from "./automation_graph.ts";
import { CommandLine } from "./command_line.ts";

const env = { GRAPH: fromFileUrl(new URL("./automation_graph.ts", import.meta.url)) };

Deno.test("automation says why a partition would be made, and why not, in words and as a tree", async () => {
  await using line = await CommandLine.open();
  faults.hour = "2024-01-03T07";
  await line.run(["materialize", "--from", "2024-01-02", "--to", "2024-01-03"], { env });
  const judge = (...args: string[]) => line.run(["automation", ...args], { env });

  const fresh = await judge("lit/days", "--partition", "2024-01-02");
  assertEquals([fresh.code, fresh.stderr], [0, ""]);
  assertEquals(fresh.stdout.split("\n")[0], "lit/days 2024-01-02 waits: not missing, not stale");

  const held = await judge("lit/days", "--partition", "2024-01-03");
  assertStringIncludes(
    held.stdout,
    "lit/days 2024-01-03 waits: not all upstream ready or requested (lit/hours 2024-01-03T07)\n",
  );
  assertStringIncludes(held.stdout, "\n  no       ready or requested: lit/hours all but 2024-01-03T07\n");

  const failed = await judge("lit/hours", "--partition", "2024-01-03T07");
  assertMatch(
    failed.stdout,
    /^lit\/hours 2024-01-03T07 waits: not within the latest 24 windows, .*failed less than 1 hour ago \(at .*Z: found no \\u001b\[31mlight\)/,
  );

  await line.run(["materialize", "lit/hours", "--partition", "2024-01-02T00", "--force"], { env });
  await line.run(["wipe", "lit/hours", "--partition", "2024-01-02T00", "--yes"], { env });
  const { json } = await judge("lit/days", "--partition", "2024-01-02", "--json");
  assertMatch(json.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assertEquals([json.asset, json.partition, json.decision], ["lit/days", "2024-01-02", "wait"]);
  assertEquals([json.why.condition, json.why.value, json.why.children.length], ["eager", false, 4]);
  assertEquals(json.why.children[0].children[1], {
    condition: "stale",
    value: true,
    detail: "lit/hours 2024-01-02T00 went, lit/hours 2024-01-02T00 is missing",
    children: [],
  });
  assertEquals(Object.keys(json), ["asset", "partition", "decision", "at", "why"]);
});

Deno.test("automation of an asset as a whole tells which of its partitions would be made", async () => {
  await using line = await CommandLine.open();
  const whole = await line.run(["automation", "lit/hours"], { env });
  assertMatch(
    whole.stdout,
    /^lit\/hours runs 24 partitions: missing \(all \d+\), within the latest 24 windows \(/,
  );
  const { json } = await line.run(["automation", "lit/hours", "--json"], { env });
  assertEquals([json.partition, json.decision], [null, "run"]);
  assertMatch(json.why.detail, /^\S+ … \S+ \(24\)$/);
  assertStringIncludes(whole.stdout, "(missing and within the latest 24 windows) or stale: ");
  assertEquals([...Deno.readDirSync(line.cwd)], [], "looking makes nothing");
});

Deno.test("what nothing was left to be asked of is left out, and what lacks is named where all are to be so", async () => {
  await using line = await CommandLine.open();
  const run = (...args: string[]) => line.run(args, { env });
  faults.hour = "2024-01-02T07";
  await run("materialize", "lit/hours", "--from", "2024-01-01", "--to", "2024-01-02");
  faults.hour = "";
  const { stdout } = await run("automation", "lit/days");
  const [head, ...tree] = stdout.trimEnd().split("\n");
  // Within the hour after midnight the latest 24 windows are all of yesterday, too.
  const days = new Date().getUTCHours() === 0 ? "2 partitions" : "1 partition";
  assertEquals(head?.startsWith(`lit/days runs ${days}: missing (all `), true, head);
  assertEquals(tree.filter((each) => /no partition|in progress: |^ {2}no +in progress/.test(each)).length, 1);
  assertMatch(stdout, /\n {2}yes {4}not in progress: all \d+\n {2}yes {4}not failed/);
  assertMatch(stdout, /\n {2}no {9}ready: lit\/hours all but 2024-01-02T07, 2024-01-03T00 … /);
  const { json } = await run("automation", "lit/days", "--json");
  assertEquals(JSON.stringify(json.why).includes("no partition"), false);
});

Deno.test("automation of what declares none, does not exist yet or cannot be meant says so", async () => {
  await using line = await CommandLine.open();
  const first = async (...args: string[]) => {
    const { code, stdout, stderr } = await line.run(["automation", ...args], { env });
    return [code, (stdout || stderr).split("\n")[0]];
  };
  assertEquals(await first("lit/still"), [0, "lit/still waits: the asset declares no automation"]);
  assertEquals(await first("lit/days", "--partition", "2999-01-01"), [
    0,
    "lit/days 2999-01-01 waits: it does not exist yet",
  ]);
  assertEquals(await first("lit/odd"), [
    2,
    'evaluating the automation of "lit/odd": reading a cron expression: found "at nine" in the zone ' +
    '"Asia/Ho_Chi_Minh", wanted one such as "0 9 * * 1-5" in a zone such as "Asia/Ho_Chi_Minh"',
  ]);
  const [code, line1] = await first("lit/days", "--partition", "noon");
  assertEquals(code, 2);
  assertStringIncludes(
    String(line1),
    'judging "lit/days": found partition "noon", wanted one of its own, such as',
  );
  assertEquals(await first(), [2, "judging: found no asset, wanted one, such as vietnam/prod_mart"]);
  assertEquals(await first("group:lit"), [2, 'judging "group:lit": found 4 assets, wanted one']);
});

Deno.test("show tells the automation as it is declared", async () => {
  await using line = await CommandLine.open();
  const { json } = await line.run(["show", "lit/hours", "--json"], { env });
  assertEquals([json.automation.label, json.automation.condition, json.automation.of.length], [
    "eager",
    "and",
    4,
  ]);
  const { stdout } = await line.run(["show", "lit/odd"], { env });
  assertMatch(stdout, /\n {2}automation +a condition of its own\n/);
  const { stdout: eagerly } = await line.run(["show", "lit/days"], { env });
  assertMatch(eagerly, /\n {2}automation +eager\n/);
});
