import { assertEquals, assertStringIncludes } from "@std/assert";
import { CommandLine } from "./command_line.ts";

const WIDE =
  "SELECT repeat('a', 70) AS a, repeat('b', 40) AS b, 11.528000000000002::DOUBLE AS n, NULL AS nothing, '' AS e";

Deno.test("an answer fits its terminal, and is whole where none shows it", async () => {
  await using line = await CommandLine.open();
  const at = async (columns?: () => number) => {
    const options = columns === undefined ? {} : { columns };
    const { stdout } = await line.run(["inspect", WIDE], options);
    return stdout.split("\n").filter((each) => !each.startsWith("note:"));
  };
  const narrow = await at(() => 60);
  assertEquals(narrow.slice(0, 3).filter((each) => Array.from(each).length > 60), []);
  assertStringIncludes(narrow[2]!, "…  11.528     NULL");
  const whole = await at();
  assertStringIncludes(whole[2]!, `${"b".repeat(40)}  11.528     NULL`);
});

Deno.test("bytes for a file are not written to a terminal", async () => {
  await using line = await CommandLine.open();
  for (const format of ["parquet", "arrow"]) {
    const args = ["inspect", "SELECT 1 AS one", "--format", format];
    const { code, stdout, stderr } = await line.run(args, { columns: () => 80 });
    assertEquals([code, stdout, stderr], [
      2,
      "",
      `writing ${format}: found a terminal, wanted a file: deno task inspect … --format ${format} > answer.${format}\n`,
    ]);
    assertEquals((await line.run(args)).code, 0);
  }
});
