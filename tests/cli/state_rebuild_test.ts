import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { replayed } from "../../sources/openaq/simulator/replayed.ts";
import { fixedServer } from "../faults/fixed_server.ts";
import { Server } from "../faults/server.ts";
import { realData } from "../sources/openaq/real_data.ts";
import { CommandLine } from "./command_line.ts";

const DAYS = ["--from", "2024-03-01", "--to", "2024-03-02"];
/** When locations were asked for is not known to the hour: they may be due. */
const REST = ["not vietnam/locations", ...DAYS];
const STATE = "lake-simulated.sqlite";
const LAKE = "lake-simulated";
const MART = "SELECT * FROM prod_db.vietnam ORDER BY ALL";
const RAW = "SELECT * EXCLUDE (extracted_at) FROM raw_db.openaq_raw ORDER BY ALL";

async function made(): Promise<CommandLine> {
  const line = await CommandLine.open();
  assertEquals((await line.run(["materialize", ...DAYS])).code, 0);
  return line;
}

async function csv(line: CommandLine, statement: string, env = {}): Promise<string> {
  const { code, stdout, stderr } = await line.run(["inspect", statement, "--format", "csv"], { env });
  assertEquals(code, 0, stderr);
  return stdout;
}

const lose = (line: CommandLine) => Deno.remove(join(line.cwd, STATE));
const hourFolder = (line: CommandLine, hour: string) =>
  join(line.cwd, LAKE, "aq_raw_prod/year=2024/month=03/day=01", `hour=${hour}`);
const fileIn = (folder: string) => join(folder, [...Deno.readDirSync(folder)][0]!.name);

Deno.test("a lost state is made anew from the lake: nothing is asked, and every table is what it was", async () => {
  await using line = await made();
  const before = [await csv(line, MART), await csv(line, RAW)];
  const mark = JSON.parse(await Deno.readTextFile(join(line.cwd, LAKE, "_airgraph.json")));
  await lose(line);
  const lost = await line.run(["plan"]);
  assertEquals(lost.code, 2);
  assertStringIncludes(lost.stderr, '"state rebuild"');

  const rebuilt = await line.run(["state", "rebuild"]);
  assertEquals([rebuilt.code, rebuilt.stderr], [0, ""]);
  for (const taken of ["vietnam/locations", "vietnam/stations"]) {
    assertStringIncludes(rebuilt.stdout, `\n${taken} taken in\n`);
  }
  assertStringIncludes(rebuilt.stdout, "\nvietnam/raw_prod 2024-03-01T00 … 2024-03-02T23 (48) taken in\n");
  assertStringIncludes(rebuilt.stdout, "\nvietnam/prod_mart 2024-03-01 … 2024-03-02 (2) taken in\n");
  assertMatch(rebuilt.stdout, /lake-simulated.sqlite" is made anew from the lake\n/);
  assertStringIncludes(rebuilt.stdout, "deno task plan --from 2024-03-01 --to 2024-03-02\n");
  const hours = await line.run(["plan", "vietnam/raw_prod", ...DAYS]);
  assertStringIncludes(hours.stdout, "nothing to do");

  const { json } = await line.run(["materialize", ...REST, "--json"]);
  const of = (key: string) => json.assets.find((each: { key: string }) => each.key === key);
  assertEquals([json.status, json.requests, json.errors], ["succeeded", 0, []]);
  for (const mart of ["vietnam/dev_mart", "vietnam/prod_mart"]) {
    assertEquals([of(mart).materialized, of(mart).unchanged], [2, 2]);
  }
  assertEquals([await csv(line, MART), await csv(line, RAW)], before);
  assertStringIncludes((await line.run(["plan", ...REST])).stdout, "nothing to do");
  assertEquals((await line.run(["status", "--check", ...REST])).code, 0);
  assertEquals((await line.run(["doctor"])).code, 0);
  assertEquals((await line.run(["check", ...DAYS])).code, 0);

  const now = JSON.parse(await Deno.readTextFile(join(line.cwd, LAKE, "_airgraph.json")));
  assertEquals(now, { ...mark, state: now.state });
  assert(now.state !== mark.state);
  const left = [...Deno.readDirSync(line.cwd)].map(({ name }) => name).sort();
  assertEquals(left, [LAKE, STATE, `${STATE}-workers`]);
});

Deno.test("the versions of a table come back with it, in their order, for rollback", async () => {
  await using server = fixedServer();
  await using line = await CommandLine.open();
  const env = { ...server.env, LAKE_URL: "lake" };
  const run = async (...args: string[]) => {
    const { code, json, stderr } = await line.run([...args, "--json"], { env });
    assertEquals(code, 0, stderr);
    return json;
  };
  const day = "SELECT * FROM prod_db.vietnam WHERE measurement_date = '2024-03-01' ORDER BY ALL";
  await run("materialize", ...DAYS);
  const contents = [await csv(line, day, env)];
  for (const value of [41, 12.5]) {
    await server.change(50_000_003, "2024-03-01T05:00:00Z", value);
    await run("materialize", "vietnam/raw_prod", "--force", "--partition", "2024-03-01T05");
    await run("materialize", ...DAYS);
    contents.push(await csv(line, day, env));
  }
  assertEquals(new Set(contents).size, 3);
  await Deno.remove(join(line.cwd, "lake.sqlite"));
  const { assets } = await run("state", "rebuild");
  const versions = assets.map(({ key, versions }: { key: string; versions: number }) => [key, versions]);
  assertEquals(versions.filter(([, count]: [string, number]) => count > 0), [
    ["vietnam/dev_mart", 2],
    ["vietnam/prod_mart", 2],
  ]);
  const asked = server.requests;
  const { counts } = await run("materialize", ...REST);
  assertEquals([counts.failed, counts.blocked], [0, 0]);
  assertEquals(server.requests - asked <= 1, true, "what the lake holds is not asked anew");
  assertEquals(await csv(line, day, env), contents[2]);
  await run("rollback", "vietnam/prod_mart", "--partition", "2024-03-01");
  assertEquals(await csv(line, day, env), contents[1], "the version before");
  await run("materialize", "vietnam/prod_mart", ...DAYS, "--force");
  assertEquals(await csv(line, day, env), contents[2]);
});

Deno.test("a damaged state is kept, and a whole one is replaced by force alone", async () => {
  await using line = await made();
  const whole = await line.run(["state", "rebuild"]);
  assertEquals(whole.code, 2);
  assertMatch(
    whole.stderr,
    /^rebuilding the state: found a whole one at ".*", wanted none, a damaged one, or --force\n$/,
  );
  const forced = await line.run(["state", "rebuild", "--force", "--json"]);
  assertEquals(forced.code, 0);
  assertEquals((await Deno.stat(forced.json.kept)).isFile, true);

  await Deno.writeTextFile(join(line.cwd, STATE), "rubbish ".repeat(999));
  const { code, json } = await line.run(["state", "rebuild", "--json"]);
  assertEquals([code, (await Deno.readTextFile(json.kept)).slice(0, 8)], [0, "rubbish "]);
  const raw = json.assets.find(({ key }: { key: string }) => key === "vietnam/raw_prod");
  assertEquals(raw, {
    ...{ key: "vietnam/raw_prod", from: "2024-03-01T00", to: "2024-03-02T23", partitions: 48, versions: 0 },
  });
  assertEquals((await line.run(["materialize", ...REST, "--json"])).json.requests, 0);
});

Deno.test("who worked with the state before is refused once another has taken over", async () => {
  await using line = await made();
  const env = { STATE_URL: "another.sqlite" };
  assertEquals((await line.run(["state", "rebuild"], { env })).code, 0);
  for (const command of [["status"], ["materialize", ...DAYS], ["state", "rebuild", "--force"]]) {
    const { code, stderr } = await line.run(command);
    assertEquals([command, code], [command, 2]);
    assertMatch(stderr, /do not belong together|state of another lake/);
  }
  assertEquals((await line.run(["materialize", ...REST, "--json"], { env })).json.requests, 0);
  await line.run(["state", "backup", "copy.bak"]);
  const restored = await line.run(["state", "restore", join(line.cwd, "copy.bak")], { env });
  assertEquals(restored.code, 0, "a copy of the state before is one of this lake's");
  assertStringIncludes((await line.run(["plan", ...REST], { env })).stdout, "nothing to do");
});

Deno.test("what is no lake, or of other data, has no state to be made anew", async () => {
  await using line = await made();
  await lose(line);
  const nowhere = await line.run(["state", "rebuild"], { env: { LAKE_URL: "nowhere" } });
  assertEquals(nowhere.code, 2);
  assertMatch(
    nowhere.stderr,
    /^rebuilding the state: found no lake at ".*nowhere", wanted LAKE_URL to name one\n$/,
  );
  const other = await line.run(["state", "rebuild"], { env: { LAKE_URL: LAKE, PIPELINE_ENV: "dev" } });
  assertEquals(other.code, 2);
  assertStringIncludes(other.stderr, "serves PIPELINE_ENV=prod");
  const used = await line.run(["state", "rebuild", "file"]);
  assertEquals([used.code, used.stderr], [2, 'reading state: found rebuild with "file", wanted it alone\n']);
  assertEquals([...Deno.readDirSync(line.cwd)].filter(({ isFile }) => isFile), []);
});

Deno.test("a rebuild that is cancelled leaves nothing, and one without a place for a state says so", async () => {
  await using line = await made();
  await lose(line);
  const controller = new AbortController();
  const seen = (text: string) => /hours\n/.test(text) && controller.abort();
  const cancelled = await line.run(["state", "rebuild"], { signal: controller.signal, seen });
  assertEquals([cancelled.code, cancelled.stderr], [130, "cancelled\n"]);
  assertEquals([...Deno.readDirSync(line.cwd)].map(({ name }) => name).sort(), [LAKE, `${STATE}-workers`]);
  await Deno.writeTextFile(join(line.cwd, "file"), "");
  const env = { STATE_URL: "file/state.sqlite" };
  const { code, stderr } = await line.run(["state", "rebuild"], { env });
  assertEquals([code, stderr], [
    2,
    `rebuilding the state: "${line.cwd}/file" is no folder, wanted one that can be written\n`,
  ]);
});

Deno.test("a pipeline that is not composed is missed where its data are not taken in", async () => {
  await using line = await made();
  const both = { PIPELINES: "vietnam,dump" };
  assertEquals((await line.run(["materialize", "dump/iso_countries_data"], { env: both })).code, 0);
  const some = await line.run(["state", "rebuild", "--force", "--json"]);
  assertMatch(
    some.json.warnings.join("\n"),
    /PIPELINES: found none that makes data of dump, which the lake holds/,
  );
  const all = await line.run(["state", "rebuild", "--force", "--json"], { env: both });
  assertEquals(all.json.warnings.filter((each: string) => each.startsWith("PIPELINES")), []);
});

Deno.test("hours without a record are taken in by their files, and a damaged file's hour is asked anew", async () => {
  await using line = await made();
  const before = await csv(line, MART);
  await Deno.remove(join(line.cwd, LAKE, "aq_raw_prod/_asked"), { recursive: true });
  const damaged = fileIn(hourFolder(line, "07"));
  const bytes = await Deno.readFile(damaged);
  await Deno.writeFile(damaged, bytes.subarray(0, bytes.length / 2));
  await Deno.writeTextFile(join(line.cwd, LAKE, "aq_raw_prod/year=2024/month=03/day=01/README.txt"), "mine");
  await lose(line);
  assertEquals((await line.run(["state", "rebuild"])).code, 0);
  const plan = await line.run(["plan", "vietnam/raw_prod", ...DAYS]);
  assertMatch(plan.stdout, /^vietnam\/raw_prod 2024-03-01T07: stale, .*(gone|other bytes|damaged)/m);
  const { json } = await line.run(["materialize", ...REST, "--json"]);
  assertEquals([json.status, json.errors], ["succeeded", []]);
  const raw = json.assets.find(({ key }: { key: string }) => key === "vietnam/raw_prod");
  assertEquals(raw.materialized, 1);
  assertEquals(await csv(line, MART), before);
  assertStringIncludes((await line.run(["plan", ...REST])).stdout, "nothing to do");
});

Deno.test("a file that is gone is missed by the record of its hour, which is asked anew", async () => {
  await using line = await made();
  const before = await csv(line, MART);
  await Deno.remove(fileIn(hourFolder(line, "07")));
  await lose(line);
  const rebuilt = await line.run(["state", "rebuild", "--json"]);
  assertMatch(
    rebuilt.json.warnings.join("\n"),
    /raw_prod: files of 1 hours, the first 2024-03-01T07:00:00Z, are not there: they are asked anew/,
  );
  assertEquals((await line.run(["materialize", ...DAYS])).code, 0);
  assertEquals(await csv(line, MART), before);
});

Deno.test("reference files and tables that are not whole are made anew", async () => {
  await using line = await made();
  const before = await csv(line, MART);
  const mart = join(line.cwd, LAKE, "aq_prod/marts/vietnam/measurement_date=2024-03-01/country=Vietnam");
  await Deno.writeTextFile(fileIn(mart), "rubbish");
  await Deno.writeTextFile(join(line.cwd, LAKE, "reference/vietnam/stations.json"), "[{");
  await lose(line);
  const rebuilt = await line.run(["state", "rebuild", "--json"]);
  const told = rebuilt.json.warnings.join("\n");
  assertMatch(told, /vietnam\/stations: reading "reference\/vietnam\/stations.json": it is not whole/);
  assertMatch(told, /vietnam\/prod_mart: reading ".*measurement_date=2024-03-01.*: it is made anew/);
  const { json } = await line.run(["materialize", ...REST, "--json"]);
  assertEquals([json.status, json.requests], ["succeeded", 0]);
  assertEquals(await csv(line, MART), before);
  assertEquals((await line.run(["check", ...DAYS])).code, 0);
});

const real = realData();

Deno.test({
  name: "a week of real answers of 2018 comes back from its lake, cell by cell",
  ignore: real === undefined,
  async fn() {
    await using server = new Server({ dataset: await replayed(real!) });
    await using line = await CommandLine.open();
    const env = { ...server.env, LAKE_URL: "lake" };
    const week = ["--from", "2018-01-01", "--to", "2018-01-07"];
    assertEquals((await line.run(["materialize", ...week], { env })).code, 0);
    const statements = [MART, RAW, "SELECT * FROM aq_prod.pm25_by_day ORDER BY ALL"];
    const content = () => Promise.all(statements.map((statement) => csv(line, statement, env)));
    const before = await content();
    assert(before[0]!.split("\n").length > 130);
    await Deno.remove(join(line.cwd, "lake.sqlite"));
    const rebuilt = await line.run(["state", "rebuild", "--json"], { env });
    assertEquals(rebuilt.code, 0, rebuilt.stderr);
    const asked = server.requests;
    const { json } = await line.run(["materialize", "not vietnam/locations", ...week, "--json"], { env });
    assertEquals([json.status, json.errors], ["succeeded", []]);
    assert(server.requests - asked <= 1, "what answers is looked at, and nothing is asked");
    for (const { key, materialized, unchanged } of json.assets) {
      if (/mart|stations/.test(key)) assertEquals([key, unchanged], [key, materialized]);
    }
    assertEquals(await content(), before);
    assertStringIncludes(
      (await line.run(["plan", "not vietnam/locations", ...week], { env })).stdout,
      "nothing to do",
    );
  },
});

Deno.test("the dump's tables come back; its files are observed anew", async () => {
  await using line = await CommandLine.open();
  const env = { PIPELINES: "dump", LAKE_URL: "lake-dump" };
  const days = ["--from", "2024-01-30", "--to", "2024-02-02"];
  assertEquals((await line.run(["materialize", ...days], { env })).code, 0);
  const tables = ["openaq_data", "openaq_incoherent_data", "openaq_and_iso_countries_data", "query_3"];
  const content = () =>
    Promise.all(tables.map((name) => csv(line, `SELECT * FROM openaq_db.${name} ORDER BY ALL`, env)));
  const before = await content();
  await Deno.remove(join(line.cwd, "lake-dump.sqlite"));
  assertEquals((await line.run(["state", "rebuild"], { env })).code, 0);
  const { json } = await line.run(["materialize", ...days, "--json"], { env });
  for (const { key, materialized, unchanged } of json.assets) {
    if (/data$/.test(key)) assertEquals([key, unchanged], [key, materialized]);
  }
  assertEquals(await content(), before);
  assertStringIncludes((await line.run(["plan", ...days], { env })).stdout, "nothing to do");
});
