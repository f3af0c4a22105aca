import { assertEquals } from "@std/assert";
import { OwnTables } from "../../cli/own_tables.ts";

/** A development table and the one behind it, both without partitions. */
const PROMOTED = `
const contract = { columns: [required("a", "int32"), optional("b", "utf8")], partitionColumns: [], key: ["a"] };
const table = (name, program, more) => lake.tableAsset({
  key: "own/" + name, sources, table: { contract, folder: "own_db/" + name }, program: "marts/" + program,
  inputs: () => ({ row }), partition: "part", ...more,
});
const dev = table("dev", "dev", { sort: ["a"] });
const deps = { dev: from(dev, identity, { mode: "order" }) };
const prod = table("prod", "prod", { deps, sort: ["b"], gate: { input: "dev", told: "development" } });
return { assets: [dev, prod], databases: ["own_db"] };`;

const DEV = "SELECT a::INTEGER AS a, b, 'all' AS part FROM row, (VALUES (1, 'x'), (2, 'w')) AS t(a, b)";

Deno.test("a table without partitions is promoted if it equals, and blocked with the difference if not", async () => {
  await using other = await OwnTables.open(PROMOTED, { dev: DEV, prod: DEV.replace("'x'", "'y'") });
  const made = await other.run("materialize", "--json");
  assertEquals([made.code, made.json.counts.materialized, made.json.counts.blocked], [1, 1, 1]);
  assertEquals(
    made.stderr,
    'own/prod: check "equals_dev" failed: 1 row differs, the first at a 1: b is y, the development one\'s x\n',
  );

  // In another order: they are files of other bytes.
  await using same = await OwnTables.open(PROMOTED, { dev: DEV, prod: DEV });
  assertEquals((await same.run("materialize")).code, 0);
});
