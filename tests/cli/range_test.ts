import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CommandLine } from "./command_line.ts";

const env = { GRAPH: fromFileUrl(new URL("./shops_graph.ts", import.meta.url)) };

/** Bounds that cannot be meant for assets without time, with what is said of them. */
const REFUSED = [
  [["--from", "bronx"], 'reading "from": found "bronx", wanted a month, a date or a time'],
  [["--to", "2026-02-30"], 'reading "to": found "2026-02-30", wanted a month, a date or a time'],
  [
    ["--from", "2026-01-01"],
    'reading "from": found "2026-01-01" for "ny/shops", which has no partitions in time',
  ],
] as const;

Deno.test("a bound that is no time, or applies to no selected asset, is wrong use of every command", async () => {
  await using line = await CommandLine.open();
  assertEquals((await line.run(["materialize", "ny/shops"], { env })).code, 0);
  for (
    const command of [["wipe"], ["materialize"], ["materialize", "--force"], ["plan"], ["check"], ["status"]]
  ) {
    for (const [range, says] of REFUSED) {
      const { code, stdout, stderr } = await line.run([...command, "ny/shops", ...range], { env });
      assertEquals([command, code, stdout, stderr.split("\n").length], [command, 2, "", 2]);
      assertEquals(stderr.slice(0, says.length), says);
    }
  }
  const { json } = await line.run(["status", "ny/shops", "--json"], { env });
  assertEquals(json.assets[0].partitions.fresh, 2);
  const runs = await line.run(["runs", "--json"], { env });
  assertEquals(runs.json.length, 1, "nothing was done");
});

Deno.test("a range chooses among the partitions in time, beside those that have none", async () => {
  await using line = await CommandLine.open();
  const range = ["--from", "2026-01-01", "--to", "2026-01-02"];
  const { json } = await line.run(["status", "*", ...range, "--json"], { env });
  assertEquals(
    json.assets.map((asset: { partitions: { total: number } }) => asset.partitions.total).sort(),
    [2, 2, 2],
  );
  await line.run(["materialize", "ny/shops"], { env });
  const wiped = await line.run(["wipe", "*", ...range], { env });
  assertEquals(wiped.code, 0);
  const { json: plan } = await line.run(["plan", "ny/shops", "--json"], { env });
  assertEquals(plan, { steps: [] }, "a range of days forgets no shop");
});
