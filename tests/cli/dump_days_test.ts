import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DumpFolder, gzip, HEADER, row, usual } from "./dump_folder.ts";

const DAYS = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"] as const;
const OF_A_DAY = ["dump/openaq_data", "dump/openaq_incoherent_data", "dump/openaq_and_iso_countries_data"];
const COUNTED = "SELECT file_date, count(*) AS n FROM openaq_db.openaq_data GROUP BY ALL ORDER BY ALL";

async function fourDays(): Promise<DumpFolder> {
  const dump = await DumpFolder.open();
  for (const day of DAYS) await dump.put(`${day}.csv`, usual(day));
  const { code, stderr } = await dump.run("materialize");
  assertEquals([code, stderr], [0, ""]);
  return dump;
}

/** How many partitions each asset has in each state, where that is not fresh. */
async function notFresh(dump: DumpFolder): Promise<Record<string, unknown>> {
  const { json: { assets } } = await dump.run("status --json");
  return Object.fromEntries(
    // deno-lint-ignore no-explicit-any
    assets.flatMap(({ key, partitions: { total, fresh, failed, ...others } }: any) =>
      fresh === total && failed === 0 && Object.values(others).every((n) => n === 0)
        ? []
        : [[key, { total, fresh, failed, ...others }]]
    ),
  );
}

Deno.test("the sample, without any setting: made, shown, and nothing to do afterwards", async () => {
  await using dump = await DumpFolder.open({ DUMP_URL: "" });
  const made = await dump.run("materialize");
  const notice = "note: the daily dump is the sample that ships with the program, as DUMP_URL is not set\n";
  assertEquals([made.code, made.stderr, made.stdout.startsWith(notice)], [0, "", true]);
  const statement = /look at it: deno task inspect "(.*)"/.exec(made.stdout)![1]!;
  assertEquals((await dump.rows(statement)).length, 10);
  assertEquals(
    (await dump.run("materialize")).stdout,
    `${notice}nothing to do: everything selected is fresh\n`,
  );
  assertEquals((await dump.run("status --check")).code, 0);
  assertEquals((await dump.run("check")).code, 0);
});

Deno.test("a changed file rebuilds its day, and no other; a touched one rebuilds nothing", async () => {
  await using dump = await fourDays();
  const [, second] = DAYS;
  await Deno.utime(dump.path(`${second}.csv`), new Date(), new Date("2024-06-01T00:00:00Z"));
  assertEquals(await dump.made(), {});
  await dump.put(`${second}.csv`, usual(second) + row(second, "New"));
  assertEquals(await dump.made(), Object.fromEntries(OF_A_DAY.map((key) => [key, [second]])));
  assertEquals((await dump.rows(COUNTED)).map(({ n }) => n), [2, 3, 2, 2]);

  // The same size within the same second as before would go unnoticed; another moment does not.
  const at = (await Deno.stat(dump.path(`${second}.csv`))).mtime!;
  await dump.put(`${second}.csv`, (usual(second) + row(second, "New")).replace("Quay", "Dock"));
  await Deno.utime(dump.path(`${second}.csv`), at, new Date(at.getTime() + 1_000));
  assertEquals(Object.keys(await dump.made()), OF_A_DAY);
  assertEquals((await dump.rows("SELECT * FROM openaq_db.openaq_data WHERE location = 'Dock'")).length, 1);

  const new_ = "2024-01-05";
  await dump.put(`${new_}.csv.gz`, await gzip(usual(new_)));
  assertEquals(await dump.made(), Object.fromEntries(OF_A_DAY.map((key) => [key, [new_]])));
});

Deno.test("a file packed anew with the same rows rebuilds its day to the same, and nothing that reads it", async () => {
  await using dump = await fourDays();
  const [first] = DAYS;
  await Deno.remove(dump.path(`${first}.csv`));
  await dump.put(`${first}.csv.gz`, await gzip(usual(first)));
  const { json: { counts } } = await dump.run("materialize --json");
  assertEquals(counts, { materialized: 2, unchanged: 2, failed: 0, blocked: 0 });
});

Deno.test("two files of one day are that day's failure alone, which heals when one goes", async () => {
  await using dump = await fourDays();
  const [, , third, fourth] = DAYS;
  await dump.put(`${third}.csv.gz`, await gzip(HEADER));
  await dump.put(`${fourth}.csv`, usual(fourth) + row(fourth, "New"));
  const both = `dump/files ${third}: found "${third}.csv" and "${third}.csv.gz", wanted one file`;
  const planned = await dump.run("plan");
  assertStringIncludes(planned.stdout, `note: ${both}\n`);
  const ended = await dump.run("materialize --json");
  assertEquals([ended.code, ended.stderr], [1, `${both}\n`]);
  assertEquals(ended.json.counts, { materialized: 3, unchanged: 1, failed: 1, blocked: 0 });
  assertEquals((await dump.rows(COUNTED)).map(({ n }) => n), [2, 2, 2, 3], "what stood stays");
  assertEquals(Object.keys(await notFresh(dump)), ["dump/files"]);
  assertEquals((await dump.run("status --check")).code, 1);
  assertEquals((await dump.run("materialize")).code, 1, "again");
  assertEquals((await dump.run("plan")).stdout.includes("everything selected is fresh"), false);

  await Deno.remove(dump.path(`${third}.csv.gz`));
  assertEquals(await dump.made(), {});
  assertEquals(await notFresh(dump), {});

  const fifth = "2024-01-05";
  await dump.put(`${fifth}.csv`, usual(fifth));
  await dump.put(`${fifth}.csv.gz`, await gzip(usual(fifth)));
  const { code, json: { counts } } = await dump.run("materialize --json");
  assertEquals([code, counts], [1, { materialized: 0, unchanged: 0, failed: 1, blocked: 3 }]);
  await Deno.remove(dump.path(`${fifth}.csv`));
  assertEquals(await dump.made(), Object.fromEntries(OF_A_DAY.map((key) => [key, [fifth]])));
  assertEquals(await notFresh(dump), {});
});

Deno.test("a file that vanished keeps what was made of it, with a warning, and comes back", async () => {
  await using dump = await fourDays();
  const [first, second, third] = DAYS;
  for (const day of [first, second]) await Deno.remove(dump.path(`${day}.csv`));
  const says = `dump/files: ${first} … ${second} found no more, what was made of it stays`;
  for (const command of ["materialize", "plan", "status", "status --check"]) {
    const { code, stdout } = await dump.run(command);
    assertEquals([command, code], [command, 0]);
    assertStringIncludes(stdout, `: ${says}\n`);
  }
  assertEquals((await dump.run("materialize --json")).json.warnings, [says]);
  assertEquals((await dump.rows(COUNTED)).length, 4);
  // Made by force, a day needs its file.
  const forced = await dump.run(`materialize dump/openaq_data --partition ${first} --force`);
  assertEquals(forced.code, 1);
  assertStringIncludes(forced.stderr, `reading "${dump.path(`${first}.csv`)}": there is no such file`);
  assertEquals((await dump.rows(COUNTED)).length, 4);

  for (const day of [first, second]) await dump.put(`${day}.csv`, usual(day));
  await dump.put(`${third}.csv`, usual(third));
  assertEquals((await dump.run("materialize")).code, 0);
  assertEquals((await dump.run(`materialize dump/openaq_data --partition ${first} --force`)).code, 0);
  assertEquals(await notFresh(dump), {});
});

Deno.test("a file that failed and vanished fails no later run; what was made before stays, and is told stale", async () => {
  await using dump = await fourDays();
  const [, second] = DAYS;
  const torn = (await gzip(usual(second))).slice(0, -9);
  for (const day of [second, "2024-01-05"]) {
    await Deno.remove(dump.path(`${day}.csv`)).catch(() => {});
    await dump.put(`${day}.csv.gz`, torn);
  }
  const failed = await dump.run("materialize --json");
  assertEquals([failed.code, failed.json.counts.failed, failed.json.counts.blocked], [1, 4, 2]);
  for (const day of [second, "2024-01-05"]) await Deno.remove(dump.path(`${day}.csv.gz`));
  const gone = `dump/files: ${second}, 2024-01-05 found no more, what was made of it stays`;
  const held = OF_A_DAY.map((key) =>
    `${key}: ${second} not fresh, and stays so: dump/files ${second} found no more`
  );
  for (const time of ["first", "second"]) {
    const { code, json, stderr } = await dump.run("materialize --json");
    assertEquals([time, code, stderr, json.status], [time, 0, "", "nothing_to_do"]);
    assertEquals(json.warnings, [gone, ...held]);
  }
  const lines = [gone, ...held].map((line) => `note: ${line}\n`).join("");
  assertEquals(
    (await dump.run("plan")).stdout,
    `${lines}nothing to do: everything else that is selected is fresh\n`,
  );
  const says = (await dump.run("materialize")).stdout;
  assert(says.endsWith("nothing to do: everything else that is selected is fresh\n"), says);
  const found = await notFresh(dump);
  assertEquals(
    found,
    Object.fromEntries(OF_A_DAY.map((key, i) => [key, {
      ...{ total: 4, fresh: 3, failed: i < 2 ? 1 : 0, stale: 1, missing: 0, running: 0 },
      blocked: i < 2 ? 0 : 1,
    }])),
  );
  assertEquals((await dump.run("status --check")).code, 1);
  assertEquals((await dump.rows(COUNTED)).length, 4);
  assertEquals((await dump.run(`wipe dump/files --partition 2024-01-05 --yes`)).code, 0);
  assertEquals((await dump.run("plan")).stdout.includes("2024-01-05"), false);
});

Deno.test("a day is made alone", async () => {
  await using dump = await DumpFolder.open();
  for (const day of DAYS) await dump.put(`${day}.csv`, usual(day));
  const counted = async () => (await dump.rows(COUNTED)).map(({ file_date }) => file_date);
  const [first, second, third, fourth] = DAYS;
  assertEquals((await dump.run(`materialize --partition ${second}`)).code, 0);
  assertEquals(await counted(), [second]);
  assertEquals((await dump.run(`materialize --from ${third} --to ${fourth}`)).code, 0);
  assertEquals(await counted(), [second, third, fourth]);
  const forced = await dump.run(`materialize dump/openaq_data --partition ${third} --force --json`);
  assertEquals([forced.code, forced.json.counts.materialized], [0, 1]);
  const none = await dump.run("materialize dump/openaq_data --partition 2024-02-01");
  assertEquals(
    none.stdout.endsWith("nothing to do: no partition that exists is asked for\n"),
    true,
    none.stdout,
  );
  assertEquals(Object.keys(await dump.made()).slice(0, 2), OF_A_DAY.slice(0, 2));
  assertEquals(await counted(), [first, second, third, fourth]);
});

Deno.test("other countries rebuild what depends on them", async () => {
  await using dump = await fourDays();
  const head = "English short name,Alpha-2 code,Alpha-3 code,Numeric code,ISO 3166-2\n";
  const path = `${dump.line.cwd}/countries.csv`;
  const env = { DUMP_COUNTRIES: path };
  const names = async () => {
    const rows = await dump.rows(
      "SELECT DISTINCT english_short_name FROM openaq_db.openaq_and_iso_countries_data",
      env,
    );
    return rows.map(({ english_short_name }) => english_short_name);
  };
  const [, , joined] = OF_A_DAY;
  await Deno.writeTextFile(path, `${head}Norge,NO,NOR,578,ISO 3166-2:NO\n`);
  const after = { "dump/iso_countries_data": [null], [joined!]: [`${DAYS[0]}/${DAYS[3]}`] };
  assertEquals(await dump.made(env), after);
  assertEquals(await names(), ["Norge"]);
  await Deno.writeTextFile(path, `${head}Noreg,NO,NOR,578,ISO 3166-2:NO\n`);
  assertEquals(await dump.made(env), after);
  assertEquals(await names(), ["Noreg"]);

  const moved = { DUMP_COUNTRIES: `${dump.line.cwd}/elsewhere.csv` };
  await Deno.copyFile(path, moved.DUMP_COUNTRIES);
  assertEquals(await dump.made(moved), {});
  const forced = await dump.run("materialize dump/iso_countries_data --force", moved);
  assertEquals([forced.code, forced.stderr], [0, ""], "the same countries of another place are read there");

  await Deno.writeTextFile(path, `${head}Noreg,NO,NOR,578,ISO 3166-2:NO\nNoreg,NO,NOR,578,ISO 3166-2:NO\n`);
  const twice = await dump.run("materialize", env);
  assertEquals(
    [twice.code, twice.stderr.includes("1 of its rows repeat alpha_2_code")],
    [1, true],
    twice.stderr,
  );
  assertEquals(await names(), ["Noreg"]);
  await Deno.remove(path);
  const says = `dump/countries_file: reading "${path}": found no file of that name, wanted one\n`;
  assertStringIncludes((await dump.run("status", env)).stdout, `warning: ${says}`);
  const { code, stderr } = await dump.run("status --check", env);
  assertEquals([code, stderr.startsWith(says)], [1, true], stderr);
  assertEquals(await names(), ["Noreg"], "what was made stays");
});

Deno.test("plan and status show what is new and write nothing; a listing is no materialization", async () => {
  await using dump = await DumpFolder.open();
  await dump.put("2024-01-01.csv", usual("2024-01-01"));
  for (const command of ["plan", "status", "status --all", "materialize --dry-run", "ls"]) {
    assertEquals((await dump.run(command)).code, 0);
  }
  assertEquals(dump.written(), {});

  assertEquals((await dump.run("materialize")).code, 0);
  const day = "2024-01-02";
  await dump.put(`${day}.csv`, usual(day));
  await dump.put("2024-01-01.csv", usual("2024-01-01") + row("2024-01-01", "New"));
  const before = dump.written();
  assert(Object.keys(before).length > 10);
  const { json: { steps } } = await dump.run("plan --json");
  assertEquals(
    // deno-lint-ignore no-explicit-any
    steps.map(({ asset, from, state }: any) => [asset, from, state]),
    OF_A_DAY.flatMap((key) => [[key, "2024-01-01", "stale"], [key, day, "missing"]]),
  );
  const { json: { assets } } = await dump.run("status --json");
  const [files, , data] = assets;
  assertEquals([files.partitions.total, files.partitions.fresh], [2, 2]);
  assertEquals([data.partitions.stale, data.partitions.missing], [1, 1]);
  for (const command of ["plan", "status", "status --check", "runs", "show dump/files"]) {
    await dump.run(command);
  }
  assertEquals(dump.written(), before);

  const made = await dump.run("materialize --json");
  const keys = made.json.assets.map(({ key }: { key: string }) => key);
  assertEquals([keys, made.json.counts.materialized], [[...OF_A_DAY, "dump/catalog"], 7]);
  const runs = (await dump.run("runs --json")).json.length;
  const [one] = DAYS;
  await Deno.utime(dump.path(`${one}.csv`), new Date(), new Date());
  assertEquals((await dump.run("materialize --json")).json.status, "nothing_to_do");
  assertEquals((await dump.run("runs --json")).json.length, runs, "a look is no run");
});
