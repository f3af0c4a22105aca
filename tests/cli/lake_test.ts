import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { CommandLine, settledDay } from "./command_line.ts";

const SIMULATED = "the data are simulated";

/** Starts the simulated API through the command, and ends it with `end`. */
async function simulator(line: CommandLine, ...args: string[]) {
  const ended = new AbortController();
  const announced = Promise.withResolvers<{ url: string; env: Record<string, string> }>();
  const seen = (text: string) => announced.resolve(JSON.parse(text));
  const served = line.run(["simulate", "--port", "0", "--sensors", "6", "--json", ...args], {
    signal: ended.signal,
    seen,
  });
  const { url, env } = await announced.promise;
  return {
    url,
    env,
    async end() {
      ended.abort();
      assertEquals((await served).code, 0);
    },
  };
}

Deno.test("the simulated lake: made, asked, forgotten, made again", async () => {
  await using line = await CommandLine.open();
  const day = settledDay();
  const range = ["--from", day, "--to", day];
  const made = await line.run(["materialize", ...range, "--json"]);
  assertEquals([made.code, made.stderr, made.json.status], [0, "", "succeeded"]);
  assertStringIncludes(made.json.warnings[0], SIMULATED);
  assert(made.json.requests > 1);
  const rows = Object.fromEntries(
    made.json.assets.map(({ key, rows }: { key: string; rows: number }) => [key, rows]),
  );
  assert(rows["vietnam/prod_mart"] > 0);

  const again = await line.run(["materialize", ...range]);
  assertEquals(again.code, 0);
  assertStringIncludes(again.stdout, `note: ${SIMULATED}`);
  assertStringIncludes(again.stdout, "nothing to do");

  const asked = await line.run(["inspect", "SELECT count(*) AS n FROM prod_db.vietnam", "--json"]);
  assertEquals([asked.code, asked.json], [0, [{ n: rows["vietnam/prod_mart"] }]]);
  assertStringIncludes(asked.stderr, SIMULATED);
  await Deno.writeTextFile(`${line.cwd}/question.sql`, "SELECT 1 AS one, 'a,b' AS two");
  const csv = await line.run(["inspect", "--file", "question.sql", "--format", "csv"]);
  assertEquals(csv.stdout, 'one,two\r\n1,"a,b"\r\n');
  const parquet = await line.run(["inspect", "SELECT 1 AS one", "--format", "parquet"]);
  assertEquals(new TextDecoder().decode(parquet.bytes.subarray(0, 4)), "PAR1");
  const broken = await line.run(["inspect", "SELECT nothing FROM prod_db.vietnam"]);
  assertEquals([broken.code, broken.stderr.includes("nothing")], [2, true]);

  const status = await line.run(["status", "kind:raw", ...range, "--json"]);
  const [raw] = status.json.assets;
  assertEquals([raw.partitions.total, raw.partitions.fresh], [24, 24]);
  assertStringIncludes(raw.warnings[0].message, SIMULATED);

  const checked = await line.run(["check", "kind:mart", ...range, "--json"]);
  // The simulated air may be bad.
  const failures = checked.json.failures.filter(({ check }: { check: string }) => check !== "pm25");
  assertEquals([checked.code, failures], [0, []]);
  const wiped = await line.run(["wipe", "vietnam/prod_catalog"]);
  assertEquals(wiped.code, 0);
  const restored = await line.run(["materialize", "vietnam/prod_catalog", "--json"]);
  assertEquals([restored.code, restored.json.counts.materialized], [0, 1]);
  assertEquals((await line.run(["rollback", "vietnam/prod_mart", "--partition", day])).code, 1);
  assertEquals((await line.run(["prune"])).code, 0);
  const doctor = await line.run(["doctor", "--json"]);
  assertEquals([doctor.code, doctor.json.ok], [0, true]);

  const dev = await line.run(["status", "--json"], { env: { PIPELINE_ENV: "dev" } });
  assertEquals(dev.code, 2);
  assertMatch(dev.stderr, /serves PIPELINE_ENV=prod, wanted another LAKE_URL for dev\n$/);
});

Deno.test("a lake takes data of one source alone", async () => {
  await using line = await CommandLine.open();
  const [one, two] = [await simulator(line, "--seed", "1"), await simulator(line, "--seed", "2")];
  try {
    const only = ["materialize", "vietnam/locations", "--json"];
    const first = await line.run(only, { env: one.env });
    assertEquals([first.code, first.json.warnings, first.json.requests], [0, [], 2]);
    const second = await line.run(only, { env: two.env });
    assertEquals([second.code, second.json.errors.length], [2, 1]);
    assertMatch(second.stderr, /holds data of simulated:1, wanted another LAKE_URL for simulated:2\n$/);
    const reached = await line.run(["doctor", "--json"], { env: one.env });
    assertEquals([reached.code, reached.stdout.includes("OPENAQ_API_KEY"), reached.json.ok], [0, true, true]);
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
  const gone = await line.run(["doctor", "--json"], { env: one.env });
  assertEquals([gone.code, gone.json.ok], [1, false]);
  assertEquals(
    gone.stderr,
    `openaq: asking "${one.url}" what it is: it cannot be reached, wanted OpenAQ's API within 30 s\n`,
  );
  assertEquals((await line.run(["status"], { env: one.env })).code, 0, "reading asks nobody");
});

Deno.test("a lake lies in a folder of any name, and reads nothing of one beside it that resembles it", async () => {
  await using line = await CommandLine.open();
  const range = ["--from", settledDay(), "--to", settledDay()];
  const question = "SELECT (SELECT count(*) FROM raw_db.openaq_raw), (SELECT count(*) FROM prod_db.vietnam)";
  const answers = [];
  for (const LAKE_URL of ["lake", "l?ke", "l*e", "[l]ak'e", 'l{a,b}%20#"&', "lä\nke"]) {
    const env = { LAKE_URL };
    assertEquals((await line.run(["materialize", ...range], { env })).code, 0, LAKE_URL);
    const asked = await line.run(["inspect", question, "--format", "csv"], { env });
    answers.push(asked.stdout);
    assertEquals((await line.run(["check", "kind:catalog"], { env })).code, 0, LAKE_URL);
  }
  assertEquals(answers, Array(answers.length).fill(answers[0]));
});

Deno.test("a lake holds one country: of another nothing is asked or made, by whichever command", async () => {
  await using line = await CommandLine.open();
  const only = ["materialize", "vietnam/locations"];
  assertEquals((await line.run(only)).code, 0);
  const other = { env: { OPENAQ_COUNTRY_ID: "57" } };
  const mark = `${line.cwd}/lake-simulated/_airgraph.json`;
  const locations = `${line.cwd}/lake-simulated/reference/vietnam/locations.json`;
  const before = [mark, locations].map((path) => Deno.readTextFileSync(path));
  const commands = [
    [...only, "--force"],
    ["status"],
    ["plan"],
    ["inspect", "SELECT 1"],
    ["daemon", "--once"],
    ["state", "rebuild", "--force"],
  ];
  for (const command of commands) {
    const { code, stderr } = await line.run(command, other);
    assertEquals(code, 2, command.join(" "));
    assertMatch(
      stderr,
      /holds data of OPENAQ_COUNTRY_ID=56, wanted another LAKE_URL for OPENAQ_COUNTRY_ID=57\n$/,
    );
  }
  const { code, stdout } = await line.run(["doctor"], other);
  assertEquals([code, stdout.includes("holds data of OPENAQ_COUNTRY_ID=56, wanted another")], [1, true]);
  assertEquals([mark, locations].map((path) => Deno.readTextFileSync(path)), before);
});

Deno.test("a lake that was made when none named its country takes that in, and stays fresh", async () => {
  await using line = await CommandLine.open();
  const only = ["materialize", "vietnam/locations"];
  assertEquals((await line.run(only)).code, 0);
  const mark = `${line.cwd}/lake-simulated/_airgraph.json`;
  const { settings, ...earlier } = JSON.parse(Deno.readTextFileSync(mark));
  assertEquals(settings, { openaq: "OPENAQ_COUNTRY_ID=56" });
  const forget = async () => {
    Deno.writeTextFileSync(mark, JSON.stringify(earlier));
    const state = await openSqliteState({ path: `${line.cwd}/lake-simulated.sqlite` });
    const version = (await state.keyValue.get("airgraph/lake"))!.version;
    assert(await state.keyValue.put("airgraph/lake", earlier, version));
    await state.close();
  };
  await forget();

  // Which it is, its locations tell.
  const other = { env: { OPENAQ_COUNTRY_ID: "57" } };
  for (const command of [[...only, "--force"], ["status"], ["state", "rebuild", "--force"]]) {
    const { code, stderr } = await line.run(command, other);
    assertEquals([command, code], [command, 2]);
    assertMatch(
      stderr,
      /^opening the lake: ".*" holds data of OPENAQ_COUNTRY_ID=56, wanted another LAKE_URL for OPENAQ_COUNTRY_ID=57\n$/,
    );
  }
  assertEquals(JSON.parse(Deno.readTextFileSync(mark)), earlier);

  assertEquals((await line.run(["status", "vietnam/locations"])).code, 0);
  const again = await line.run(only);
  assertEquals([again.code, again.stdout.includes("nothing to do")], [0, true]);
  assertEquals(JSON.parse(Deno.readTextFileSync(mark)).settings, settings);
  assertEquals((await line.run(only, other)).code, 2);

  await forget();
  const locations = `${line.cwd}/lake-simulated/reference/vietnam/locations.json`;
  Deno.removeSync(locations); // nothing tells
  assertEquals((await line.run(["status"], other)).code, 0);
  Deno.symlinkSync("locations.json", locations); // nor does what cannot be read
  assertEquals((await line.run(["status"], other)).code, 0);
});

Deno.test("a lake and a state that do not belong together are refused", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", "vietnam/locations"]);
  const refused = async (env: Record<string, string>, says: RegExp) => {
    for (const command of ["status", "materialize", "inspect"]) {
      const args = command === "inspect" ? [command, "SELECT 1"] : [command];
      const { code, stderr } = await line.run([...args, "--json"], { env });
      assertEquals([command, code], [command, 2]);
      assertMatch(stderr, says);
    }
  };
  await refused(
    { STATE_URL: "other.sqlite" },
    /was made with another state than ".*other.sqlite", wanted STATE_URL .* is lost, "state restore" with a copy of it/,
  );
  await refused(
    { LAKE_URL: "elsewhere", STATE_URL: "lake-simulated.sqlite" },
    /not at ".*elsewhere", wanted LAKE_URL/,
  );
  await assertRejects(() => Deno.lstat(`${line.cwd}/elsewhere`), Deno.errors.NotFound);
  await line.run(["materialize", "vietnam/locations"], { env: { LAKE_URL: "second" } });
  await refused({ LAKE_URL: "second", STATE_URL: "lake-simulated.sqlite" }, /do not belong together/);
  await Deno.writeTextFile(`${line.cwd}/lake-simulated/_airgraph.json`, "{");
  await refused({}, /reading ".*_airgraph.json": found no lake's identity, wanted one: "doctor --repair"/);
});

Deno.test("a state or a folder that cannot be used is one line", async () => {
  await using line = await CommandLine.open();
  await Deno.writeTextFile(`${line.cwd}/text`, "no database, but long enough to look like one ".repeat(99));
  const corrupt = await line.run(["status"], { env: { STATE_URL: "text" } });
  assertEquals([corrupt.code, corrupt.stderr.trimEnd().split("\n").length], [2, 1]);
  assertStringIncludes(corrupt.stderr, "is no SQLite database");
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(`${line.cwd}/newer`);
  db.exec("PRAGMA application_id = 1634300519; PRAGMA user_version = 99; CREATE TABLE a (b)");
  db.close();
  const newer = await line.run(["status"], { env: { STATE_URL: "newer" } });
  assertStringIncludes(newer.stderr, "has schema version 99");
  const blocked = await line.run(["materialize"], { env: { LAKE_URL: "text/lake", STATE_URL: "fine" } });
  assertEquals([blocked.code, blocked.stderr.trimEnd().split("\n").length], [2, 1]);
  assertStringIncludes(blocked.stderr, "opening the lake: ");
  const doctor = await line.run(["doctor"], { env: { LAKE_URL: "text/lake", STATE_URL: "text" } });
  assertEquals([doctor.code, doctor.stderr.trimEnd().split("\n").length], [1, 2]);
});
