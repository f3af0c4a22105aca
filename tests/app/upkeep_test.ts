import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { localStorage } from "../../app/storage.ts";
import { answeredHours } from "../../assets/vietnam/raw/answer_records.ts";
import { DAY, HOUR } from "../../core/mod.ts";
import { CommandLine } from "../cli/command_line.ts";

const DAYS = ["--from", "2024-03-01", "--to", "2024-03-02"];

/** A lake of two days, and its commands. */
async function lakeOfDays() {
  const line = await CommandLine.open();
  const lake = join(line.cwd, "lake");
  const env = { LAKE_URL: lake, STATE_URL: join(line.cwd, "state.sqlite") };
  const folder = join(lake, "aq_raw_prod", "_asked");
  const run = async (...args: string[]) => {
    const { code, stderr, stdout } = await line.run(args, { env });
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, args.join(" "));
    return stdout;
  };
  await run("materialize", "+vietnam/prod_mart", ...DAYS);
  return {
    line,
    env,
    folder,
    run,
    records: () => [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name)).sort(),
    async hours() {
      const { hours, damaged } = await answeredHours(localStorage(lake).store, "aq_raw_prod");
      return { damaged: damaged.length, hours };
    },
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  };
}

const DAMAGES: readonly [string, (path: string) => Promise<void>, RegExp][] = [
  ["is gone", (path) => Deno.remove(path), /found 48 hours .* on no record of the lake/],
  ["is rubbish", (path) => Deno.writeTextFile(path, "rubbish"), /reading ".*": .*, wanted a record of hours/],
  ["is empty", (path) => Deno.writeTextFile(path, ""), /reading ".*": .*, wanted a record of hours/],
  [
    "has another number",
    async (path) => await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace(/\[\d+/, "[999")),
    /reading ".*": found other bytes than before/,
  ],
];

for (const [what, damage, says] of DAMAGES) {
  Deno.test(`a record of what was asked that ${what} is noticed by who looks, and made anew by who writes`, async () => {
    await using lake = await lakeOfDays();
    const before = await lake.hours();
    const other = join(lake.folder, "19990101T000000000Z-whole.json");
    await Deno.writeTextFile(other, '{"hours":[]}');
    await lake.run("materialize", "vietnam/locations");
    const [record] = lake.records().filter((path) => path !== other);
    await damage(record!);

    for (const command of [["plan", ...DAYS], ["status", ...DAYS]]) {
      assertMatch(await lake.run(...command), says);
    }
    const doctor = await lake.line.run(["doctor"], { env: lake.env });
    assertEquals(doctor.code, 1);
    assertMatch(doctor.stderr, says);
    const made = await lake.line.run(["materialize", "--json", ...DAYS], { env: lake.env });
    assertEquals(made.code, 0);
    assertMatch(made.json.warnings.join("\n"), says);
    assertMatch(made.json.warnings.join("\n"), /recorded anew/);
    assertEquals(await lake.hours(), before);
    assertNotMatch(await lake.run("plan", ...DAYS), /record/);
    assertNotMatch(await lake.run("materialize", ...DAYS), /record/);
    assertEquals((await lake.line.run(["doctor"], { env: lake.env })).code, 0);
  });
}

Deno.test("a damaged record that the state never read is kept, and who looks is told what to do", async () => {
  await using lake = await lakeOfDays();
  const strange = join(lake.folder, "20990101T000000000Z-strange.json");
  await Deno.writeTextFile(strange, "{");
  for (const command of ["status", "materialize", "status"]) {
    assertMatch(
      await lake.run(command, ...DAYS),
      /strange.json": .*"materialize --force" asks them anew; then delete/,
    );
  }
  await Deno.remove(strange);
  assertNotMatch(await lake.run("status", ...DAYS), /record/);
});

Deno.test("hours that the lake has a later answer of than the state are stale, and taken in", async () => {
  await using lake = await lakeOfDays();
  const { STATE_URL } = lake.env;
  await Deno.copyFile(STATE_URL, `${STATE_URL}.before`);
  await lake.run("materialize", "vietnam/raw_prod", "--partition", "2024-03-01T05", "--force");
  await Deno.rename(`${STATE_URL}.before`, STATE_URL);

  const stale =
    /raw_prod 2024-03-01T05: stale, to be asked again: the lake has a later answer than the state$/m;
  assertMatch(await lake.run("plan", ...DAYS), stale);
  const checked = await lake.line.run(["status", "--check", "vietnam/raw_prod", ...DAYS], { env: lake.env });
  assertEquals([checked.code, checked.stderr], [1, "vietnam/raw_prod: found 1 stale, wanted all fresh\n"]);
  await lake.run("materialize", "vietnam/locations");
  assertMatch(await lake.run("plan", ...DAYS), stale);
  const { json } = await lake.line.run(["materialize", "vietnam/raw_prod", "--json", ...DAYS], {
    env: lake.env,
  });
  assertEquals([json.status, json.counts.materialized, json.requests], ["succeeded", 1, 0]);
  assertMatch(await lake.run("plan", "vietnam/raw_prod", ...DAYS), /nothing to do/);
});

Deno.test("files that an earlier state does not name are found by doctor, whose command takes them in", async () => {
  await using lake = await lakeOfDays();
  const { LAKE_URL } = lake.env;
  const hour = join(LAKE_URL, "aq_raw_prod/year=2024/month=03/day=01/hour=05");
  const [{ name }] = [...Deno.readDirSync(hour)] as [Deno.DirEntry];
  const later = join(hour, "raw_openaq_20240401_000000.json.gz");
  await Deno.copyFile(join(hour, name), later);
  const { code, stderr } = await lake.line.run(["doctor"], { env: lake.env });
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `found "${later.slice(LAKE_URL.length + 1)}", wanted files that the state names`,
  );
  await lake.run(.../"deno task ([^"]+)"/.exec(stderr)![1]!.split(" "));
  assertEquals((await lake.line.run(["doctor"], { env: lake.env })).code, 0);
});

for (
  const [what, harm] of [
    ["that lists it", () => {}],
    ["whose list is gone, too", (path: string) => Deno.removeSync(path)],
    ["whose list is cut short", (path: string) => Deno.truncateSync(path, 20)],
  ] as const
) {
  Deno.test(`a record that an earlier state never knew is missed in a lake ${what}: its files make their hours stale`, async () => {
    await using lake = await lakeOfDays();
    const { LAKE_URL, STATE_URL } = lake.env;
    const status = async () => {
      const args = ["status", "--check", "vietnam/raw_prod", ...DAYS];
      return await lake.line.run(args, { env: lake.env });
    };
    await Deno.copyFile(STATE_URL, `${STATE_URL}.before`);
    const records = lake.records();
    await lake.run("materialize", "vietnam/raw_prod", "--partition", "2024-03-01T05", "--force");
    assertEquals((await status()).code, 0);
    await Deno.rename(`${STATE_URL}.before`, STATE_URL);
    const hour = join(LAKE_URL, "aq_raw_prod/year=2024/month=03/day=01/hour=05");
    const [{ name }] = [...Deno.readDirSync(hour)] as [Deno.DirEntry];
    await Deno.copyFile(join(hour, name), join(hour, "raw_openaq_20991231_000000.json.gz"));
    for (const path of lake.records()) if (!records.includes(path)) await Deno.remove(path);
    await harm(join(LAKE_URL, "aq_raw_prod/_asked.json"));

    const found = "a record of the lake is gone, and files lie there that the state does not name";
    for (const access of ["read", "write"]) {
      const { code, stdout, stderr } = await status();
      assertEquals([access, code], [access, 1], stderr);
      if (access === "read") {
        assertStringIncludes(stdout, `${found} of 2024-03-01T05: materialize takes them in`);
      }
      assertStringIncludes(
        await lake.run("plan", "vietnam/raw_prod", ...DAYS),
        `vietnam/raw_prod 2024-03-01T05: stale, to be asked again: ${found}\n`,
      );
      if (access === "read") {
        const opened = await lake.line.run(["materialize", "vietnam/locations"], { env: lake.env });
        assertEquals(opened.code, 0, opened.stderr);
      }
    }
    const { json } = await lake.line.run(["materialize", "vietnam/raw_prod", "--json", ...DAYS], {
      env: lake.env,
    });
    assertEquals([json.status, json.counts.materialized, json.requests], ["succeeded", 1, 0]);
    assertEquals((await status()).code, 0);
    assertEquals((await lake.line.run(["doctor"], { env: lake.env })).code, 0);
  });
}

Deno.test("a list of records that was not written for a kill or a full disk makes nothing stale", async () => {
  await using lake = await lakeOfDays();
  const list = join(lake.env.LAKE_URL, "aq_raw_prod/_asked.json");
  const listed = await Deno.readTextFile(list);
  assertEquals(JSON.parse(listed).records.length, 1);
  for (const text of ["", listed.slice(0, 30), undefined]) {
    if (text === undefined) await Deno.remove(list);
    else await Deno.writeTextFile(list, text);
    assertStringIncludes(await lake.run("plan", "vietnam/raw_prod", ...DAYS), "nothing to do");
    await lake.run("materialize", "vietnam/locations");
    assertEquals(await Deno.readTextFile(list), listed);
  }
  await lake.run("prune");
  assertEquals(await Deno.readTextFile(list), listed);
});

Deno.test("the lake knows which hours were asked, also one that was made before lakes held that", async () => {
  await using line = await CommandLine.open();
  const lake = join(line.cwd, "lake");
  const env = { LAKE_URL: lake, STATE_URL: join(line.cwd, "state.sqlite") };
  const run = async (...args: string[]) => {
    const { code, stderr } = await line.run(args, { env });
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, args.join(" "));
  };
  const asked = async () => {
    const { hours, damaged } = await answeredHours(localStorage(lake).store, "aq_raw_prod");
    assertEquals(damaged, []);
    return hours.map(({ hour, rows, askedAt }) => ({ hour, rows, askedAt }));
  };

  await run("materialize", "+vietnam/raw_prod", ...DAYS);
  const found = await asked();
  const from = Date.UTC(2024, 2, 1);
  assertEquals(found.map(({ hour }) => hour), Array.from({ length: 48 }, (_, i) => from + i * HOUR));
  assert(found.every(({ rows, askedAt }) => rows > 0 && askedAt > Date.now() - DAY));

  await Deno.remove(join(lake, "aq_raw_prod", "_asked"), { recursive: true });
  await run("plan", ...DAYS);
  assertEquals(await asked(), []);
  await run("materialize", "+vietnam/raw_prod", ...DAYS);
  assertEquals(await asked(), found);
  await run("prune");
  assertEquals(await asked(), found);
  assertEquals([...Deno.readDirSync(join(lake, "aq_raw_prod", "_asked"))].length, 1);
  assertEquals([...Deno.readDirSync(join(lake, "_staging"))].map(({ name }) => name), []);
});
