import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { CommandLine } from "./command_line.ts";

const DAYS = ["--from", "2024-03-01", "--to", "2024-03-02"];
const STATE = "lake-simulated.sqlite";

async function made(): Promise<CommandLine> {
  const line = await CommandLine.open();
  assertEquals((await line.run(["materialize", "+vietnam/prod_catalog", ...DAYS])).code, 0);
  return line;
}

async function rows(line: CommandLine) {
  const statement = "SELECT * FROM prod_db.vietnam ORDER BY ALL";
  const { code, stdout } = await line.run(["inspect", statement, "--format", "csv"]);
  assertEquals(code, 0);
  return stdout;
}

Deno.test("a copy of the state is put back; hours that the lake has since are taken in without a request", async () => {
  await using line = await made();
  const backup = await line.run(["state", "backup", "copy.bak"]);
  assertEquals([backup.code, backup.stderr], [0, ""]);
  assertMatch(backup.stdout, /^"\/.*\/copy.bak" is a whole copy of the state: 1 run, [\d,]+ bytes$/m);
  await line.run(["materialize", "vietnam/raw_prod", "--force", "--partition", "2024-03-01T05"]);
  const before = await rows(line);

  const restored = await line.run(["state", "restore", "copy.bak"]);
  assertEquals([restored.code, restored.stderr], [0, ""]);
  assertMatch(
    restored.stdout,
    /sqlite" is the state of "copy.bak" again: 1 run; the one before is kept as "/,
  );
  const plan = await line.run(["plan", "vietnam/raw_prod", ...DAYS]);
  assertMatch(plan.stdout, /raw_prod 2024-03-01T05: stale, .* the lake has a later answer than the state$/m);
  const { json } = await line.run(["materialize", "--json", "vietnam/raw_prod", ...DAYS]);
  assertEquals([json.status, json.counts.materialized, json.requests], ["succeeded", 1, 0]);
  assertEquals(await rows(line), before);
});

Deno.test("state backup and restore answer in one document", async () => {
  await using line = await made();
  const backup = await line.run(["state", "backup", "copy.bak", "--json"]);
  const { bytes, file, runs, warnings } = backup.json;
  assertEquals([backup.code, file, runs, warnings.length], [0, `${line.cwd}/copy.bak`, 1, 1]);
  assertEquals(bytes, (await Deno.stat(`${line.cwd}/copy.bak`)).size);
  const { code, json } = await line.run(["state", "restore", "copy.bak", "--json"]);
  const { kept, ...rest } = json;
  assertEquals([code, rest], [0, { state: `${line.cwd}/${STATE}`, runs: 1, warnings }]);
  assertEquals((await Deno.stat(kept)).isFile, true);
});

Deno.test("a state that is lost is put back from a copy, and one that is damaged", async () => {
  await using line = await made();
  await line.run(["state", "backup", "copy.bak"]);
  await Deno.remove(`${line.cwd}/${STATE}`);
  const lost = await line.run(["status"]);
  assertEquals(lost.code, 2);
  assertStringIncludes(lost.stderr, '"state restore" with a copy of it');
  const restored = await line.run(["state", "restore", "copy.bak", "--json"]);
  assertEquals([restored.code, restored.json.kept], [0, null]);
  assertMatch((await line.run(["plan", "+vietnam/prod_catalog", ...DAYS])).stdout, /nothing to do/);

  await Deno.writeTextFile(`${line.cwd}/${STATE}`, "rubbish ".repeat(999));
  assertEquals((await line.run(["status"])).code, 2);
  assertEquals((await line.run(["state", "restore", "copy.bak"])).code, 0);
  assertMatch((await line.run(["plan", "+vietnam/prod_catalog", ...DAYS])).stdout, /nothing to do/);
});

Deno.test("what is no copy of this lake's state is refused, and nothing is changed", async () => {
  await using line = await made();
  await using other = await made();
  await other.run(["state", "backup", "copy.bak"]);
  await line.run(["state", "backup", "newer.bak"]);
  const newer = new DatabaseSync(`${line.cwd}/newer.bak`);
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  await Deno.writeTextFile(`${line.cwd}/text.bak`, "a text ".repeat(999));
  await Deno.writeTextFile(`${line.cwd}/empty.bak`, "");
  const before = [...Deno.readDirSync(line.cwd)].map(({ name }) => name).sort();
  const state = await Deno.readFile(`${line.cwd}/${STATE}`);
  for (
    const [file, says] of [
      [
        `${other.cwd}/copy.bak`,
        /^restoring the state: ".*" is of another lake's state, wanted a copy of .*\n$/,
      ],
      [
        "newer.bak",
        /^opening the state: ".*newer.bak" has schema version 99, this Airgraph knows up to .*\n$/,
      ],
      ["text.bak", /^opening the state: ".*text.bak" is no SQLite database, .*\n$/],
      ["empty.bak", /^copying the state: found an empty file at ".*", wanted a state\n$/],
      ["none.bak", /^copying the state: found nothing at ".*none.bak", wanted a state\n$/],
    ] as const
  ) {
    const { code, stdout, stderr } = await line.run(["state", "restore", file]);
    assertEquals([file, code, stdout], [file, 2, ""]);
    assertMatch(stderr, says);
  }
  const far = await line.run(["state", "restore", "text.bak"], {
    env: { STATE_URL: "far/away/state.sqlite" },
  });
  assertEquals(far.code, 2);
  assertEquals([...Deno.readDirSync(line.cwd)].map(({ name }) => name).sort(), before);
  assertEquals(await Deno.readFile(`${line.cwd}/${STATE}`), state);
});

Deno.test("a lake that lost its mark takes a state that names its files back, and no other", async () => {
  await using line = await made();
  await using other = await made();
  for (const each of [line, other]) await each.run(["state", "backup", "copy.bak"]);
  await other.run(["wipe", "*", "--all"]);
  await Deno.remove(`${line.cwd}/lake-simulated/_airgraph.json`);
  assertEquals((await line.run(["state", "restore", "copy.bak"])).code, 0);
  assertEquals((await line.run(["doctor", "--repair"])).code, 0);
  assertMatch((await line.run(["plan", "+vietnam/prod_catalog", ...DAYS])).stdout, /nothing to do/);
  await Deno.remove(`${line.cwd}/lake-simulated`, { recursive: true });
  const { code, stderr } = await line.run(["state", "restore", `${other.cwd}/copy.bak`]);
  assertEquals(code, 2);
  assertMatch(stderr, /names none of the files that are there/);
});

Deno.test("state without what it needs says what it takes", async () => {
  await using line = await CommandLine.open();
  for (
    const [args, says] of [
      [[], "reading state: found nothing, wanted backup, restore or rebuild\n"],
      [["copy"], 'reading state: found "copy", wanted backup, restore or rebuild\n'],
      [["backup"], "reading state: found backup without a file, wanted one\n"],
      [
        ["backup", "copy.bak"],
        `copying the state: found nothing at "${line.cwd}/${STATE}", wanted a state\n`,
      ],
    ] as const
  ) {
    const { code, stderr } = await line.run(["state", ...args]);
    assertEquals([code, stderr], [2, says]);
  }
  assertEquals([...Deno.readDirSync(line.cwd)], []);
  assertStringIncludes((await line.run(["state", "--help"])).stdout, "Usage: state backup FILE");
});
