import { assertEquals, assertMatch } from "@std/assert";
import { settledDay } from "./command_line.ts";
import { ProjectFolder } from "./project.ts";

const DAY = settledDay();
const RANGE = ["--from", DAY, "--to", DAY];

Deno.test("a production day that was rolled back passes the checks with a warning, and is not made again", async () => {
  await using project = await ProjectFolder.open();
  const mart = `${project.root}/sql/marts/vietnam.sql`;
  const statement = await Deno.readTextFile(mart);
  await Deno.writeTextFile(mart, statement.replace("original < 0", "original < 5"));
  assertEquals((await project.run("materialize", ...RANGE)).code, 0);
  await Deno.writeTextFile(mart, statement);
  assertEquals((await project.run("materialize", ...RANGE)).code, 0);
  assertEquals((await project.run("check", "kind:mart", ...RANGE)).code, 0);

  assertEquals((await project.run("rollback", "vietnam/prod_mart", "--partition", DAY)).code, 0);
  const checked = await project.run("check", "kind:mart", ...RANGE, "--json");
  const { status, failures: found } = JSON.parse(checked.stdout);
  // The simulated air may be bad.
  const failures = found.filter(({ check }: { check: string }) => check !== "pm25");
  assertEquals([checked.code, status, failures.length], [0, "passed", 1]);
  assertEquals(
    [failures[0].asset, failures[0].check, failures[0].severity],
    ["vietnam/prod_mart", "equals_dev", "warning"],
  );
  assertMatch(checked.stderr, /warning check "equals_dev" failed: .*; run 4 rolled one of them back\n$/);
  assertMatch((await project.run("materialize", ...RANGE)).stdout, /nothing to do/);
  const looked = await project.run("status", "vietnam/prod_mart", ...RANGE, "--check");
  assertEquals([looked.code, looked.stderr], [0, ""]);
  assertMatch(looked.stdout, /rolled back to version .* by run 4, until what it reads or the code changes/);

  const path = `aq_prod/marts/vietnam/measurement_date=${DAY}/country=Vietnam/part-00000.snappy.parquet`;
  await Deno.writeTextFile(`${project.lake}/${path}`, "no Parquet");
  assertEquals((await project.run("check", "kind:mart", ...RANGE)).code, 1);
});
