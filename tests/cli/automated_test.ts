import { assertEquals, assertStringIncludes } from "@std/assert";
import { CommandLine } from "./command_line.ts";

Deno.test("daemon --once brings Vietnam's lake up to date by itself, and does no more than is due", async () => {
  const hour = new Date().getUTCHours();
  await using line = await CommandLine.open();
  const first = await line.run(["daemon", "--once", "--json"]);
  const { json: status } = await line.run(["status", "--json"]);
  const again = await line.run(["daemon", "--once"]);
  const { json: runs } = await line.run(["runs", "--json"]);
  assertEquals([first.code, first.stderr, again.code], [0, "", 0]);
  assertEquals(first.json.runs[0].status, "succeeded");
  // Once an hour has ended, there is more to do.
  if (new Date().getUTCHours() !== hour) return;
  for (const { key, partitions: { total, fresh } } of status.assets) assertEquals([key, fresh], [key, total]);
  assertStringIncludes(again.stdout, "nothing is due\n");
  assertEquals(runs.length, first.json.runs.length);
});
