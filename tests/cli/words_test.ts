import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CommandLine } from "./command_line.ts";
import { spoken } from "./own_graph.ts";

const env = { GRAPH: fromFileUrl(new URL("./own_graph.ts", import.meta.url)) };
const DAY = ["--from", "2024-01-02", "--to", "2024-01-02"];

Deno.test("a key that fits no set comes with some that do", async () => {
  await using line = await CommandLine.open();
  const { stderr } = await line.run(["plan", "words/hours", "words/days", "--partition", "nope"], { env });
  assertMatch(
    stderr,
    /^partition "nope": found no such partition of the selected assets, wanted a key, such as "\d{4}-\d\d-\d\dT\d\d" or "\d{4}-\d\d-\d\d"\n$/,
  );
  const rolled = await line.run(["rollback", "words/days", "--partition", "nope"], { env });
  assertMatch(rolled.stderr, /found partition "nope", wanted one of its own, such as "\d{4}-\d\d-\d\d"\n$/);
  const whole = await line.run(["rollback", "words/summary", "--partition", "nope"], { env });
  assertMatch(whole.stderr, /found partition "nope", wanted none: it is one whole\n$/);
});

Deno.test("the keys of a set without time are named", async () => {
  await using line = await CommandLine.open();
  const env = { GRAPH: fromFileUrl(new URL("./shops_graph.ts", import.meta.url)) };
  const { code, stderr } = await line.run(["plan", "ny/shops", "--partition", "harlem"], { env });
  assertEquals([code, stderr], [
    2,
    'partition "harlem": found no such partition of the selected assets, wanted a key, such as "bronx" or "queens"\n',
  ]);
  const shown = await line.run(["show", "ny/shops"], { env });
  assertMatch(shown.stdout, /\n {2}partitions +bronx, queens\n/);
});

Deno.test("what a check holds back is blocked in every line, and ranges are written one way", async () => {
  await using line = await CommandLine.open();
  spoken.words = "2024-01-02T07=rude,2024-01-03T07=rude";
  const range = ["--from", "2024-01-02", "--to", "2024-01-03"];
  const { code, stdout, stderr } = await line.run(["materialize", ...range], { env });
  spoken.words = "";
  assertEquals(code, 1);
  assertMatch(stdout, /^words\/days 2024-01-02 … 2024-01-03 \(2\) blocked: 0 partitions in /m);
  assertMatch(stdout, /^words\/days +0 +0 +0 +2 +0$/m);
  assertEquals(/words\/days.* failed/.test(stdout), false);
  assertStringIncludes(
    stderr,
    'words/days 2024-01-02 … 2024-01-03: check "polite" failed: found a rude word',
  );
  const shown = await line.run(["runs", "show", "1"], { env });
  assertMatch(shown.stdout, /words\/days 2024-01-02 … 2024-01-03 \(2\) blocked: 0 partitions, 2 blocked in /);
  assertEquals(/words\/days.* failed:/.test(shown.stdout.replaceAll(/check ".*/g, "")), false);
});

Deno.test("a switch with a value is refused, and does nothing", async () => {
  await using line = await CommandLine.open();
  for (const value of [["--dry-run=false"], ["--dry-run", "false"], ["--dry-run", "true"]]) {
    const { code, stderr } = await line.run(["materialize", ...value], { env });
    assertEquals([code, stderr], [
      2,
      `reading "materialize": found "${value.join(" ")}", wanted --dry-run alone\n`,
    ]);
  }
  assertEquals([...Deno.readDirSync(line.cwd)], []);
});

Deno.test("a range with one end says where the other is", async () => {
  await using line = await CommandLine.open();
  const from = new Date().toISOString().slice(0, 10);
  for (const command of ["plan", "materialize", "check"]) {
    const { code, stdout } = await line.run([command, "words/summary", "words/days", "--from", from], {
      env,
    });
    assertEquals([command, code], [command, 0]);
    assertMatch(
      stdout,
      /^note: --from \d{4}-\d\d-\d\d without --to: until now, \d{4}-\d\d-\d\dT\d\d:\d\dZ$/m,
    );
  }
  const { stdout } = await line.run(["plan", "words/days", "--to", "2024-01-02"], { env });
  assertStringIncludes(stdout, "note: --to 2024-01-02 without --from: from each asset's beginning\n");
});

Deno.test("the hint after a run names a table that is there; places are tables too", async () => {
  await using line = await CommandLine.open();
  const hint = async (...args: string[]) =>
    /look at it: deno task inspect "(.*)"/.exec((await line.run(["materialize", ...args])).stdout)?.[1];
  assertEquals(await hint("vietnam/locations"), undefined);
  const reference = await hint("group:vietnam and +vietnam/reference_catalog");
  assertEquals(reference, "SELECT * FROM reference.stations LIMIT 10");
  const rows = await line.run(["inspect", reference!, "--json"]);
  assertEquals(Object.keys(rows.json[0]), ["id", "name", "city", "country", "latitude", "longitude"]);
  const counted = await line.run([
    "inspect",
    "SELECT (SELECT count(*) FROM reference.locations) = (SELECT count(*) FROM reference.stations) AS equal",
    "--json",
  ]);
  assertEquals([counted.code, counted.json], [0, [{ equal: true }]]);
  assertMatch((await hint(...DAY))!, /^SELECT \* FROM prod_db\.vietnam /);

  const folder = `${line.cwd}/lake-simulated/aq_prod/marts/vietnam/measurement_date=2024-01-02`;
  await Deno.remove(`${folder}/country=Vietnam/part-00000.snappy.parquet`);
  const { stderr } = await line.run(["check", "vietnam/prod_mart", ...DAY]);
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  assertEquals(stderr.split("part-00000.snappy.parquet").length, 2, "the path stands there once");
  assertEquals(
    (await line.run(["check", "vietnam/prod_mart", ...DAY, "--json"])).json.failures.length > 1,
    true,
  );
});

Deno.test("an asset whose edits would go unnoticed is warned of, once for all of them", async () => {
  await using line = await CommandLine.open();
  const core = new URL("../../core/mod.ts", import.meta.url).href;
  const path = `${line.cwd}/graph.ts`;
  await Deno.writeTextFile(
    path,
    `import { definer, graph as graphOf, sourceFile } from "${core}"; const { asset } = definer();
    const make = (key, more = {}) => asset({ key, ...more, async *materialize() {
      yield [{ partition: 0, dataVersion: "1" }];
    } });
    export const graph = graphOf([make("a/one"), make("a/two"), make("a/own", { code: "2" }),
      make("a/text", { sources: [sourceFile("graph.ts")] })]);`,
  );
  const says = "edits of its code go unnoticed: found no module among its sources, wanted sources: " +
    '[sourceFile(import.meta.url)], or a code version other than "1"';
  const made = await line.run(["materialize", "--graph", path, "--json"]);
  assertEquals([made.code, made.json.warnings], [0, [`a/one and 1 other: ${says}`]]);
  const status = await line.run(["status", "--graph", path, "--json"]);
  const warned = status.json.assets.filter(({ warnings }: { warnings: unknown[] }) => warnings.length > 0);
  assertEquals(warned.map(({ key }: { key: string }) => key), ["a/one", "a/two"]);
  assert(status.json.assets[0].warnings[0].message === says);
});
