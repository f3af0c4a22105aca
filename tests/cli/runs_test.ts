import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { CommandLine } from "./command_line.ts";

const env = { GRAPH: fromFileUrl(new URL("./shops_graph.ts", import.meta.url)) };

Deno.test("what was stored by graphs that answered oddly is shown all the same", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", "ny/shops"], { env });
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
      text.stdout.split("\n").find((each) => each.startsWith("1 ")),
      `1 ny/shops bronx materialized ${shown}`,
    );
    const { code, json } = await line.run(["runs", "show", "1", "--json"], { env });
    assertEquals([code, json.events.length], [0, 2]);
    for (const args of [["status"], ["plan"], ["runs"]]) {
      assertEquals((await line.run(args, { env })).code, 0);
    }
  }
  const { stdout } = await line.run(["runs"], { env });
  assertStringIncludes(stdout, "materialize ny/shops");
});
