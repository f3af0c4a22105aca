import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { iso, TICKS } from "../../core/mod.ts";
import { CommandLine } from "./command_line.ts";

const env = {
  GRAPH: fromFileUrl(new URL("./backfill_graph.ts", import.meta.url)),
  STATE_URL: "state.sqlite",
};
const PAST = ["past/hours", "--from", "2024-02-01", "--to", "2024-02-01"];

Deno.test("a daemon that does not answer is told of by who waits for it", async () => {
  await using line = await CommandLine.open();
  const run = (...args: string[]) => line.run(args, { env });
  const begun = await run("backfill", ...PAST, "--yes");
  assertStringIncludes(begun.stdout, 'no daemon is at work: "deno task daemon" does it\n');
  const status = ["status", "--from", "2024-02-01", "--to", "2024-02-01"];
  assertEquals((await run(...status)).stdout.includes("daemon"), false);

  const daemon = await openSqliteState({ path: `${line.cwd}/state.sqlite` });
  const lead = (await daemon.lead(TICKS, Date.now()))!;
  for (const command of [["backfills"], ["backfills", "--json"], status]) {
    const answers = await run(...command);
    assertEquals([answers.code, (answers.stdout + answers.stderr).includes("daemon")], [0, false]);
  }
  const at = Math.floor(Date.now() / 1_000) * 1_000 - 40_000;
  await daemon.beat(lead, at);
  const told = `the daemon of process ${Deno.pid} on ${Deno.hostname()} has not answered since ${iso(at)}: ` +
    "nothing is asked for until it does\n";
  assertStringIncludes((await run("backfills")).stdout, told);
  assertStringIncludes((await run("backfill", "past/days", ...PAST.slice(1), "--yes")).stdout, told);
  assertStringIncludes((await run(...status)).stdout, `note: ${told}`);
  const json = await run(...status, "--json");
  assertEquals([Object.keys(json.json), json.stderr], [["assets"], `note: ${told}`]);
  const list = await run("backfills", "--json");
  assertEquals([list.json.length, list.stderr], [2, `note: ${told}`]);

  // Another has taken over: that one is told of, and what is asked for does not wait.
  const other = await openSqliteState({ path: `${line.cwd}/state.sqlite` });
  await other.lead(TICKS, Date.now(), await other.leader(TICKS));
  assertStringIncludes((await run("backfills")).stdout, "another asks for what is due in its place");
  await daemon.close();
  assertEquals((await run("backfills")).stdout.includes("daemon"), false);
  await other.close();
  assertStringIncludes((await run("backfills")).stdout, "no daemon is at work");
});
