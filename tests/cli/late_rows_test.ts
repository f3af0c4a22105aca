import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CommandLine } from "./command_line.ts";
import { late } from "./late_rows_graph.ts";

const env = { GRAPH: fromFileUrl(new URL("./late_rows_graph.ts", import.meta.url)) };

Deno.test("hours that were asked again and have other rows are told in a line, and as data", async () => {
  await using line = await CommandLine.open();
  const day = (...args: string[]) =>
    line.run(["materialize", "--from", "2024-01-02", "--to", "2024-01-02", ...args], { env });
  const told = (text: string) => text.split("\n").filter((line) => line.includes("asked again"));
  assertEquals(told((await day()).stdout), [], "what is made for the first time is not late");
  assertEquals(told((await day()).stdout), [], "nor is what is as it was");
  for (const hour of ["03", "04", "09"]) late.set(`2024-01-02T${hour}`, "2");
  assertEquals(told((await day()).stdout), [
    "late/hours: 3 partitions asked again, with other content than before: " +
    "2024-01-02T03 … 2024-01-02T04 (2), 2024-01-02T09",
  ]);
  late.set("2024-01-02T09", "3");
  const logged = await day("--log", "json");
  const entry = logged.stderr.split("\n").find((line) => line.includes("asked again"))!;
  const { message, asset, partitions, ranges } = JSON.parse(entry);
  assertStringIncludes(message, "partitions asked again have other content than before");
  assertEquals([asset, partitions, ranges], [
    "late/hours",
    1,
    [{ from: "2024-01-02T09", to: "2024-01-02T09" }],
  ]);
});
