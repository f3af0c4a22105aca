import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { settledDay } from "./command_line.ts";
import { ProjectFolder } from "./project.ts";

const RANGE = ["--from", settledDay(), "--to", settledDay()];

Deno.test("a view with a fault fails alone, named with its place, and stands in nobody's way", async () => {
  await using project = await ProjectFolder.open();
  await project.view("broken", "SELECT city,\n  pm25_avg FROM vietnam");
  await project.view("unparsed", "SELEC 1");
  await project.view("over_broken", "SELECT * FROM broken");
  const made = await project.run("materialize", ...RANGE, "--json");
  const { status, errors, counts } = JSON.parse(made.stdout);
  assertEquals([made.code, status], [1, "failed"]);
  const messages = new Map(
    errors.map(({ asset, message }: { asset: string; message: string }) => [asset, message]),
  );
  assertEquals([...messages.keys()].sort(), [
    ...["view/aq_dev.broken", "view/aq_dev.over_broken", "view/aq_dev.unparsed"],
    ...["view/aq_prod.broken", "view/aq_prod.over_broken", "view/aq_prod.unparsed"],
  ]);
  assertEquals(
    messages.get("view/aq_prod.broken"),
    'check "binds" failed: sql/views/vietnam/broken.sql:2:3: referenced column "pm25_avg" not found in FROM clause',
  );
  assertMatch(String(messages.get("view/aq_dev.unparsed")), /sql\/views\/vietnam\/unparsed\.sql:1:1: /);
  assert(counts.materialized > 24);

  const one = await project.run("inspect", "SELECT count(*) > 0 AS some FROM aq_prod.pm25_by_day", "--json");
  assertEquals([one.code, JSON.parse(one.stdout)], [0, [{ some: true }]]);
  const named = await project.run("inspect", "SELECT * FROM aq_prod.broken", "--json");
  assertEquals(named.code, 2);
  assertStringIncludes(named.stderr, 'reading "aq_prod.broken": there is no such table');

  const shown = await project.run("status", "view/aq_prod.broken");
  assertStringIncludes(shown.stdout, "\nview/aq_prod.broken: blocked\n");

  await project.view("broken", "SELECT city, pm25 FROM vietnam");
  await project.view("unparsed", null);
  const again = await project.run("materialize", ...RANGE, "--json");
  assertEquals([again.code, again.stderr], [0, ""]);
  const mended = await project.run(
    "inspect",
    "SELECT count(*) > 0 AS some FROM aq_prod.over_broken",
    "--json",
  );
  assertEquals(JSON.parse(mended.stdout), [{ some: true }]);
});

Deno.test("all views whose files are gone are dropped in one run, and none is told twice", async () => {
  await using project = await ProjectFolder.open();
  for (const name of ["one", "two"]) await project.view(name, "SELECT 1 AS one");
  assertEquals((await project.run("materialize", ...RANGE)).code, 0);
  for (const name of ["one", "two"]) await project.view(name, null);
  const { warnings } = JSON.parse((await project.run("materialize", ...RANGE, "--json")).stdout);
  const dropped = warnings.filter((line: string) =>
    line.endsWith(": its file is gone: dropped from the catalog")
  );
  const views = ["dev.one", "dev.two", "prod.one", "prod.two"];
  assertEquals(
    dropped.map((line: string) => line.split(":")[0]).sort(),
    views.map((view) => `view/aq_${view}`),
  );
  const after = JSON.parse((await project.run("materialize", ...RANGE, "--json")).stdout);
  assertEquals(after.warnings.filter((line: string) => line.includes("dropped")), []);
  const runs = JSON.parse((await project.run("runs", "--json")).stdout)
    .filter(({ request }: { request: { command: string } }) => request.command === "drop");
  assertEquals(runs.map(({ status }: { status: string }) => status), ["succeeded"]);
});

Deno.test("a view whose file is gone is dropped by the next run, which says so; it comes back with its file", async () => {
  await using project = await ProjectFolder.open();
  await project.view("one", "SELECT 1 AS one");
  assertEquals((await project.run("materialize", ...RANGE)).code, 0);
  await project.view("one", null);
  const dropped = await project.run("materialize", ...RANGE);
  assertEquals(dropped.code, 0);
  assertStringIncludes(
    dropped.stdout,
    "warning: view/aq_prod.one: its file is gone: dropped from the catalog\nnothing to do",
  );
  const tables = await project.run("inspect", "SELECT name FROM (SHOW ALL TABLES)", "--format", "csv");
  assertEquals([tables.code, tables.stdout.includes("pm25_alerts"), tables.stdout.includes("one")], [
    0,
    true,
    false,
  ]);
  assertEquals((await project.run("materialize", ...RANGE)).stdout.includes("dropped"), false);
  await project.view("one", "SELECT 1 AS one");
  assertEquals((await project.run("materialize", ...RANGE)).code, 0);
  const back = await project.run("inspect", "FROM aq_prod.one", "--json");
  assertEquals(JSON.parse(back.stdout), [{ one: 1 }]);
});

Deno.test("a view's file of an impossible name is wrong use, and named", async () => {
  await using project = await ProjectFolder.open();
  for (const name of ["a b", "vietnam"]) {
    await project.view(name, "SELECT 1");
    const { code, stderr } = await project.run("status");
    assertEquals(code, 2);
    assertMatch(
      stderr,
      new RegExp(`^declaring a view: found the file "sql/views/vietnam/${name}\\.sql", wanted .*\n$`),
    );
    await project.view(name, null);
  }
});

Deno.test("a view over tables of other databases and pipelines is made after them, in the first run", async () => {
  await using project = await ProjectFolder.open();
  const both = "vietnam,dump";
  const compose = (pipelines: string) =>
    Deno.writeTextFile(join(project.root, ".env"), `PIPELINES=${pipelines}\n`);
  await compose(both);
  await project.view(
    "everything",
    "SELECT n, m FROM hours, (SELECT count(*) AS m FROM openaq_db.openaq_data)",
  );
  await project.view("hours", "SELECT count(*) AS n FROM raw_db.openaq_raw");
  const selected = ["+view/aq_dev.everything", "--from", settledDay(), "--to", settledDay()];
  const made = await project.run("materialize", ...selected, "--json");
  assertEquals([made.code, made.stderr], [0, ""]);
  const keys = JSON.parse(made.stdout).assets.map(({ key }: { key: string }) => key);
  for (const key of ["vietnam/raw_catalog", "dump/catalog", "view/aq_dev.hours", "view/aq_dev.everything"]) {
    assert(keys.includes(key), key);
  }
  const asked = await project.run(
    "inspect",
    "SELECT n > 0 AND m = 0 AS some FROM aq_dev.everything",
    "--json",
  );
  assertEquals(JSON.parse(asked.stdout), [{ some: true }]);

  await compose("vietnam");
  const alone = await project.run("materialize", "view/aq_dev.everything", "view/aq_dev.hours", "--json");
  const { errors } = JSON.parse(alone.stdout);
  assertEquals([alone.code, errors], [1, [{
    asset: "view/aq_dev.everything",
    partition: null,
    message:
      'check "binds" failed: sql/views/vietnam/everything.sql: it reads "openaq_db.openaq_data", which no asset makes',
  }]]);
  await compose(both);
  assertEquals((await project.run("materialize", ...selected)).code, 0);
});
