import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { until } from "../faults/until.ts";
import { CommandLine, settledDay } from "./command_line.ts";
import { ProjectFolder } from "./project.ts";

const DAY = settledDay();
const RANGE = ["--from", DAY, "--to", DAY];
const COUNT = ["inspect", "SELECT count(*) AS n FROM prod_db.vietnam", "--json"];

Deno.test("the rows of a table are those of published files, whatever else lies beside them", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", ...RANGE]);
  const [{ n }] = (await line.run(COUNT)).json;
  assert(n > 0);
  const day = join(
    line.cwd,
    "lake-simulated/aq_prod/marts/vietnam",
    `measurement_date=${DAY}`,
    "country=Vietnam",
  );
  await Deno.copyFile(`${day}/part-00000.snappy.parquet`, `${day}/part-00001.snappy.parquet`);
  const raw = join(line.cwd, "lake-simulated/aq_raw_prod/year=2001/month=01/day=01/hour=00");
  await Deno.mkdir(raw, { recursive: true });
  await Deno.writeTextFile(`${raw}/raw_openaq_20010101_000000.json.gz`, "no gzip at all");
  assertEquals((await line.run(COUNT)).json, [{ n }]);
  const hours = await line.run(["inspect", "SELECT count(*) > 0 AS some FROM raw_db.openaq_raw", "--json"]);
  assertEquals(hours.json, [{ some: true }]);

  await Deno.remove(`${day}/part-00000.snappy.parquet`);
  const gone = await line.run(COUNT);
  assertEquals([gone.code, gone.json.errors.length], [1, 1]);
  assertMatch(
    gone.stderr,
    /reading "aq_prod\/marts\/.*part-00000\.snappy\.parquet": found it missing .*\n$/,
  );
  const other = await Deno.readFile(`${day}/part-00001.snappy.parquet`);
  other[100]! ^= 1;
  await Deno.writeFile(`${day}/part-00000.snappy.parquet`, other);
  const altered = await line.run(COUNT);
  assertEquals([altered.code, altered.json.errors.length], [1, 1]);
  assertMatch(altered.stderr, /part-00000\.snappy\.parquet": found it missing or with other bytes, wanted/);
});

Deno.test("a damaged catalog is found by check, named by inspect and repaired by materialize", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", ...RANGE]);
  const catalog = join(line.cwd, "lake-simulated/_catalog");
  const [{ n }] = (await line.run(COUNT)).json;
  const whole = await Deno.readTextFile(`${catalog}/aq_dev/vietnam.json`);
  const evil = JSON.parse(whole);
  evil.columns[0].name = `x" FROM range(1); COPY (SELECT 1) TO '${line.cwd}/out.csv'; --`;
  evil.columns[1].type = "int32); DROP TABLE x";
  const elsewhere = whole.replace("aq_dev/marts/vietnam", "aq_dev/marts/vietnan");
  for (const damage of ["", "garbage", whole.slice(0, 40), JSON.stringify(evil), elsewhere]) {
    await Deno.writeTextFile(`${catalog}/aq_dev/vietnam.json`, damage);
    const other = await line.run(COUNT);
    assertEquals([other.code, other.json], [0, [{ n }]]);
    assertMatch(other.stderr, /warning: reading "_catalog\/aq_dev\/vietnam\.json": .*; it is left out\n$/);
    const named = await line.run(["inspect", "SELECT * FROM aq_dev.pm25_by_day", "--json"]);
    assertEquals([named.code, named.json.errors.length], [1, 1]);
    assertMatch(
      named.stderr,
      /reading the view "aq_dev\.pm25_by_day": reading "_catalog\/aq_dev\/vietnam\.json"/,
    );
    const checked = await line.run(["check", "vietnam/dev_catalog", "--json"]);
    assertEquals([checked.code, checked.json.failures[0].check], [1, "files_intact"]);
    const repaired = await line.run(["materialize", ...RANGE, "--json"]);
    assertEquals(repaired.code, 0);
    assertEquals(repaired.json.assets.map(({ key }: { key: string }) => key), ["vietnam/dev_catalog"]);
    assertEquals(await Deno.readTextFile(`${catalog}/aq_dev/vietnam.json`), whole);
  }
  assertEquals([...Deno.readDirSync(line.cwd)].filter(({ name }) => name === "out.csv"), []);

  await Deno.remove(catalog, { recursive: true });
  assertEquals((await line.run(COUNT)).code, 2);
  const repaired = await line.run(["materialize", ...RANGE, "--json"]);
  assertEquals([repaired.code, repaired.json.counts.materialized], [0, 12]);
  assertEquals((await line.run(COUNT)).json, [{ n }]);
});

Deno.test("an answer keeps to its limits, and says how to see more", async () => {
  await using line = await CommandLine.open();
  const rows = await line.run(["inspect", "FROM range(20)", "--rows", "5"], { columns: () => 80 });
  assertEquals([rows.code, rows.stdout.split("\n").at(-2)], [
    0,
    "5 of 20 rows: --rows N shows more, --format csv writes all",
  ]);
  const text = "SELECT 'x--y' AS a, concat(chr(27), '[2J', chr(10)) AS b -- the end";
  const shown = await line.run(["inspect", text], { columns: () => 80 });
  assertStringIncludes(shown.stdout, "x--y  \\u001b[2J\\n\n");
  const csv = await line.run(["inspect", text, "--format", "csv"], { columns: () => 80 });
  assertEquals(csv.stdout, "a,b\r\nx--y,\\u001b[2J\\n\r\n");
  const refused = await line.run(["inspect", 'SELECT * FROM "\x1b[2J"']);
  assertEquals([refused.code, refused.stderr.startsWith('reading "\\u001b[2J": found no table')], [2, true]);
  const late = await line.run(["inspect", "SELECT count(*) FROM range(1000000000000)", "--timeout", "1"]);
  assertEquals(late.code, 1);
  assertMatch(
    late.stderr,
    /running the statement: found no end after 1 s, wanted less; --timeout SECONDS allows more\n$/,
  );
  for (const [flag, value] of [["timeout", "0"], ["timeout", "1.5"], ["memory", "10"], ["rows", "all"]]) {
    const wrong = await line.run(["inspect", "SELECT 1", `--${flag}`, value!]);
    assertEquals(wrong.code, 2);
    assertMatch(
      wrong.stderr,
      new RegExp(`^reading --${flag}: found "${value}", wanted a whole number from \\d+\n$`),
    );
  }
});

Deno.test("a statement that DuckDB does not interrupt ends within its limits all the same", async () => {
  await using project = await ProjectFolder.open();
  const long = ["inspect", "SELECT range(200000000)", "--json"];
  const limited = await project.run(...long, "--memory", "500");
  assertEquals([limited.code, JSON.parse(limited.stdout).errors.length], [1, 1]);
  assertMatch(
    limited.stderr,
    /found more than 500 MB of memory in use, wanted less; --memory MB allows more\n$/,
  );

  const child = project.spawn(long);
  await grown(child.pid, 250e6);
  child.kill("SIGINT");
  const [{ code }] = await Promise.all([child.status, child.stdout.cancel(), child.stderr.cancel()]);
  assertEquals(code, 130);
});

Deno.test("an answer that nobody reads on ends; one whose reader waits can be cancelled", async () => {
  await using project = await ProjectFolder.open();
  const endless = ["inspect", "FROM range(1000000000000)", "--format", "csv"];
  const left = project.spawn(endless);
  const reader = left.stdout.getReader();
  await reader.read();
  await reader.cancel();
  assertEquals((await left.status).code, 0);
  await left.stderr.cancel();

  const stalled = project.spawn(endless);
  const stderr = stalled.stderr.pipeThrough(new TextDecoderStream()).getReader();
  await stderr.read(); // the note: nobody takes what comes after it
  stalled.kill("SIGINT");
  assertEquals((await stalled.status).code, 130);
  await Promise.all([stalled.stdout.cancel(), stderr.cancel()]);
});

/** Waits until a process has so many bytes of memory: DuckDB is at work then, where Linux tells it. */
async function grown(pid: number, bytes: number): Promise<void> {
  if (Deno.build.os !== "linux") return;
  await until("DuckDB to be at work", async () => {
    const [, pages] = (await Deno.readTextFile(`/proc/${pid}/statm`)).split(" ");
    return Number(pages) * 4096 > bytes;
  });
}
