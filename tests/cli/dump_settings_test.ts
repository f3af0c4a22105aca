import { assertEquals, assertStringIncludes } from "@std/assert";
import { CommandLine } from "./command_line.ts";
import { DumpFolder, gzip, HEADER, row, usual } from "./dump_folder.ts";

const DAY = "2024-01-01";

Deno.test("what PIPELINES cannot mean is one line, with the group that was meant", async () => {
  await using line = await CommandLine.open();
  const all = "wanted some of dump, vietnam, with commas between them";
  for (
    const [given, says] of [
      ["dmup", 'found "dmup", did you mean "dump"?'],
      ["Dump", 'found "Dump", did you mean "dump"?'],
      ["vietnam,nothing", `found "nothing", ${all}`],
      ["dump;vietnam", `found "dump;vietnam", ${all}`],
      ["../assets/dump", `found "../assets/dump", ${all}`],
      ["table", `found "table", ${all}`],
      ["dump, dump", 'found "dump" twice, wanted it once'],
      [" , ", 'found ",", wanted names of groups'],
    ] as const
  ) {
    for (const command of ["ls", "status", "materialize", "doctor"]) {
      const { code, stderr } = await line.run([command], { env: { PIPELINES: given } });
      assertEquals([given, command, code, stderr], [given, command, 2, `PIPELINES: ${says}\n`]);
    }
  }
  assertEquals([...Deno.readDirSync(line.cwd)], []);
  for (const given of ["", " ", " vietnam , dump ,"]) {
    const { code, json } = await line.run(["ls", "--json"], { env: { PIPELINES: given } });
    const groups = new Set(json.map(({ key }: { key: string }) => key.split("/")[0]));
    assertEquals([code, groups.has("vietnam"), groups.has("dump")], [0, true, given.includes("dump")]);
  }
});

Deno.test("a group's misspelt variable is named as any other, while the group is composed", async () => {
  await using dump = await DumpFolder.open();
  await dump.put(`${DAY}.csv`, usual(DAY));
  const env = { DUMP_UR: "data", DUMPCOUNTRIES: "x", DUMP_TRUCK: "x" };
  const { code, stderr } = await dump.run("status --json", env);
  const found = "warning: reading the environment: found the variable";
  assertEquals([code, stderr], [
    0,
    `${found} DUMP_UR, did you mean DUMP_URL?\n${found} DUMPCOUNTRIES, did you mean DUMP_COUNTRIES?\n`,
  ]);
  assertEquals((await dump.run("status --json", { ...env, PIPELINES: "vietnam" })).stderr, "");

  await Deno.writeTextFile(`${dump.line.cwd}/.env`, "# where it lies\nDUMP_UR=data\n");
  for (const command of ["ls", "status", "materialize"]) {
    const { code, stderr } = await dump.run(command);
    assertEquals([code, stderr], [2, ".env:2: found the variable DUMP_UR, did you mean DUMP_URL?\n"]);
    assertEquals((await dump.run("ls", { PIPELINES: "vietnam" })).code, 0);
  }
});

Deno.test("a variable of the file gives the folder, too", async () => {
  await using dump = await DumpFolder.open({ DUMP_URL: "" });
  await dump.put(`${DAY}.csv`, usual(DAY));
  await Deno.writeTextFile(`${dump.line.cwd}/.env`, "DUMP_URL='data'\n");
  const { stdout } = await dump.run("plan");
  assertStringIncludes(stdout, `dump/openaq_data ${DAY}: missing\n`);
});

Deno.test("a URL in the place of a folder is refused before anything is made", async () => {
  await using line = await CommandLine.open();
  for (const name of ["DUMP_URL", "DUMP_COUNTRIES"]) {
    for (const url of ["s3://bucket/dump", "file:///data", "https://example.org/x.csv"]) {
      const { code, stderr } = await line.run(["materialize"], { env: { PIPELINES: "dump", [name]: url } });
      const says = `${name}: found "${url}", wanted a path: this version reads the dump from no URL yet\n`;
      assertEquals([code, stderr], [2, says]);
    }
  }
  assertEquals([...Deno.readDirSync(line.cwd)], []);
});

Deno.test("a folder that cannot be listed is never green", async () => {
  await using dump = await DumpFolder.open();
  await dump.put(`${DAY}.csv`, usual(DAY));
  assertEquals((await dump.run("materialize")).code, 0);
  await Deno.rename(dump.path(""), `${dump.line.cwd}/elsewhere`);
  const path = `${dump.line.cwd}/data`;
  for (const what of ["nothing there", "no folder but a file"]) {
    const says = `dump/files: listing "${path}": found ${what}, wanted a folder that can be read\n`;
    for (const command of ["materialize", "plan", "plan --json", "materialize --dry-run", "status --check"]) {
      const { code, stdout, stderr } = await dump.run(command);
      assertEquals([command, code, stderr], [command, 1, says]);
      assertEquals(stdout.includes("everything selected is fresh"), false, command);
    }
    assertStringIncludes((await dump.run("status")).stdout, `warning: ${says}`);
    const [{ id }] = (await dump.run("runs --json")).json;
    for (const command of [`runs show ${id}`, `runs show ${id} --failed`, `runs show ${id} dump/files`]) {
      const line = says.replace("dump/files: ", "dump/files failed: ");
      assertStringIncludes((await dump.run(command)).stdout, `\n${line}`, command);
    }
    assertEquals((await dump.run(`runs show ${id} dump/openaq_data`)).stdout.includes(says), false);
    await Deno.writeTextFile(path, "");
  }
  const rows = await dump.rows("SELECT count(*) AS n FROM openaq_db.openaq_data");
  assertEquals(rows, [{ n: 2 }], "what was made stays");
});

Deno.test("what a run looks for by itself is not reported", async () => {
  await using dump = await DumpFolder.open();
  await dump.put(`${DAY}.csv`, usual(DAY));
  const says = (asset: string) =>
    `reporting "${asset}": found an external asset that each run looks for by itself, wanted one that is reported\n`;
  for (
    const [asset, partition] of [["dump/files", " --partition 2024-01-15"], [
      "dump/countries_file",
      "",
    ]] as const
  ) {
    const { code, stdout, stderr } = await dump.run(`report ${asset}${partition} --version 1`);
    assertEquals([code, stdout, stderr], [2, "", says(asset)]);
  }
  assertEquals(dump.written(), {});
  assertEquals((await dump.run("materialize")).code, 0);
  assertEquals((await dump.run("report dump/files --partition 2024-01-15 --version 1")).code, 2);
  const { json } = await dump.run("materialize --json");
  assertEquals([json.status, json.warnings], ["nothing_to_do", []]);
});

Deno.test("a file of countries that is not there is never green", async () => {
  await using dump = await DumpFolder.open();
  await dump.put(`${DAY}.csv`, usual(DAY));
  const { cwd } = dump.line;
  for (const path of [`${cwd}/nowhere.csv`, cwd]) {
    const says = `dump/countries_file: reading "${path}": found no file of that name, wanted one\n`;
    for (const command of ["plan", "materialize", "materialize", "status --check", "plan"]) {
      const { code, stdout, stderr } = await dump.run(command, { DUMP_COUNTRIES: path });
      assertEquals([command, code, stderr], [command, 1, says]);
      assertEquals(stdout.includes("everything selected is fresh"), false, command);
    }
  }
  assertEquals((await dump.run("materialize")).code, 0);
  assertEquals((await dump.run("status --check")).code, 0);
});

Deno.test("a folder without daily files is told of, and so are names that are nearly those of such files", async () => {
  await using dump = await DumpFolder.open();
  const listing = `listing "${dump.line.cwd}/data": found`;
  const wanted = "wanted YYYY-MM-DD.csv or YYYY-MM-DD.csv.gz, of 2013-01-01 or a later day";
  const told = async (says: string) => {
    const line = `dump/files: ${listing} ${says}, ${wanted}`;
    for (
      const [command, code] of [["plan", 0], ["materialize", 0], ["status", 0], [
        "status --warn-error",
        1,
      ]] as const
    ) {
      const ran = await dump.run(command);
      assertEquals([command, ran.code], [command, code]);
      assertStringIncludes(ran.stdout, `: ${line}\n`);
    }
    assertEquals((await dump.run("materialize --json")).json.warnings, [line]);
  };
  await dump.put("notes.txt", "");
  await dump.put("2024-01-01.sample.csv", "");
  await told("no file of it");
  const near = ["2012-01-01.csv", "2018-04-06.CSV", "2018_04_06.csv", "2024-02-30.csv", "20240101.csv.gz"];
  for (const name of near) await dump.put(name, usual(DAY));
  await dump.put(`${DAY}.csv`, usual(DAY));
  await told(near.map((name) => `"${name}"`).join(" and "));
  await dump.put("2024_01_01.csv.zip", "");
  await told(`${near.map((name) => `"${name}"`).join(" and ")} and 1 more`);
  const rows = await dump.rows("SELECT count(*) AS n FROM openaq_db.openaq_data");
  assertEquals(rows, [{ n: 2 }]);
});

Deno.test("settings of OpenAQ are checked for who asks it, and are nothing to the dump", async () => {
  await using dump = await DumpFolder.open();
  await dump.put(`${DAY}.csv`, usual(DAY));
  const wrong = { OPENAQ_API_URL: "nowhere", OPENAQ_RATE_PER_MINUTE: "abc", API_REQUEST_TIMEOUT: "0" };
  for (const command of ["plan", "materialize", "status --check", "doctor"]) {
    const { code, stderr } = await dump.run(command, wrong);
    assertEquals([command, code, stderr], [command, 0, ""]);
  }
  for (const PIPELINES of ["vietnam", "dump,vietnam"]) {
    const { code, stderr } = await dump.run("plan", { ...wrong, PIPELINES });
    assertEquals([code, stderr], [
      2,
      'OPENAQ_API_URL: found "nowhere", wanted a URL that begins with http:// or https://\n' +
      'OPENAQ_RATE_PER_MINUTE: found "abc", wanted a whole number of 1 or more\n' +
      'API_REQUEST_TIMEOUT: found "0", wanted a whole number of 1 to 86400\n' +
      "OPENAQ_API_KEY: found none beside OPENAQ_API_URL, wanted the key that it asks for\n",
    ]);
  }
  const lookback = await dump.run("plan", { DEFAULT_LOOKBACK_DAYS: "0" });
  assertEquals([lookback.code, lookback.stderr], [
    2,
    'DEFAULT_LOOKBACK_DAYS: found "0", wanted a whole number of 1 to 36600\n',
  ]);
});

const NAMES = ["a[1]", "b*c", "d?e", `o'clock "x" {a,b}`, "ünïcödé 空气", "back\\slash"];

Deno.test("files are read from a folder, and into a lake, of any name; neighbours that a pattern fits are not", async () => {
  await using dump = await DumpFolder.open();
  const packed = "2024-01-02";
  const folders = [...NAMES, "bXc", "dxe", "a1", "neighbour"];
  for (const [i, name] of folders.entries()) {
    await Deno.mkdir(`${dump.line.cwd}/${name}`);
    await Deno.writeTextFile(`${dump.line.cwd}/${name}/${DAY}.csv`, HEADER + row(DAY, "Pier"));
    await Deno.writeFile(
      `${dump.line.cwd}/${name}/${packed}.csv.gz`,
      await gzip(HEADER + row(packed, `${i}`)),
    );
  }
  const locations = async (name: string, env: Readonly<Record<string, string>>) => {
    const { code, stderr } = await dump.run("materialize", env);
    assertEquals([name, code, stderr], [name, 0, ""]);
    const sql = "SELECT location FROM openaq_db.openaq_and_iso_countries_data ORDER BY utc";
    return (await dump.rows(sql, env)).map(({ location }) => location);
  };
  await locations("neighbour", { DUMP_URL: "neighbour", LAKE_URL: "lake bXc" });
  for (const name of NAMES) {
    const found = await locations(name, { DUMP_URL: `./${name}`, LAKE_URL: `lake ${name}` });
    assertEquals(found, ["Pier", `${folders.indexOf(name)}`], name);
  }
  for (const url of [`${dump.line.cwd}/a1`, "bXc/../a1//"]) {
    const found = await locations(url, { DUMP_URL: url, LAKE_URL: "lake a1" });
    assertEquals(found, ["Pier", `${folders.indexOf("a1")}`], url);
  }
});
