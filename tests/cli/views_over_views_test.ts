import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { settledDay } from "./command_line.ts";
import { ProjectFolder } from "./project.ts";

const RANGE = ["--from", settledDay(), "--to", settledDay()];
const BASE = "SELECT city, pm25 FROM vietnam";
const TOP = "SELECT max(pm25) AS most FROM middle";

/** A project with views over views, all of them made; dispose of it. */
async function made(): Promise<ProjectFolder> {
  const project = await ProjectFolder.open();
  await project.view("base", BASE);
  await project.view("middle", "SELECT * FROM BASE");
  await project.view("top", TOP);
  assertEquals((await project.run("materialize", ...RANGE)).code, 0);
  return project;
}

/** What a user sees: the exit codes of `status --check` and of reading the view at the top, and the planned views. */
async function seen(project: ProjectFolder) {
  const status = await project.run("status", ...RANGE, "--check");
  const top = await project.run("inspect", "FROM aq_prod.top");
  const plan = await project.run("plan", ...RANGE, "--json");
  const steps: { asset: string }[] = JSON.parse(plan.stdout).steps;
  const planned = steps.map(({ asset }) => asset).filter((key) => key.startsWith("view/aq_prod."));
  return { status: status.code, top: top.code, planned: planned.sort() };
}

const FRESH = { status: 0, top: 0, planned: [] };
const ALL = ["view/aq_prod.base", "view/aq_prod.middle", "view/aq_prod.top"];

Deno.test("a view is bound again when a view far up changes, fails with a line, and is whole once that is", async () => {
  await using project = await made();
  assertEquals(await seen(project), FRESH);

  await project.view("base", "SELECT city, pm25 AS pm25_mean FROM vietnam");
  assertEquals(await seen(project), { status: 1, top: 0, planned: ALL });
  const broken = await project.run("materialize", ...RANGE);
  assertEquals(broken.code, 1);
  assertStringIncludes(
    broken.stderr,
    'view/aq_prod.top: check "binds" failed: sql/views/vietnam/top.sql:1:12: referenced column "pm25" not found',
  );
  assertEquals(await seen(project), { status: 1, top: 1, planned: ["view/aq_prod.top"] });
  assertEquals((await project.run("materialize", ...RANGE)).code, 1);

  await project.view("base", BASE);
  assertEquals((await project.run("materialize", ...RANGE)).code, 0);
  assertEquals(await seen(project), FRESH);
  assertStringIncludes((await project.run("materialize", ...RANGE)).stdout, "nothing to do");
});

Deno.test("views over one whose file is gone fail with a line, and are whole once it is back", async () => {
  await using project = await made();
  await project.view("base", null);
  assertEquals((await seen(project)).planned, ["view/aq_prod.middle", "view/aq_prod.top"]);
  const broken = await project.run("materialize", ...RANGE);
  assertEquals(broken.code, 1);
  assertStringIncludes(broken.stderr, 'middle.sql: it reads "aq_prod.BASE", which is not there\n');
  assertEquals((await seen(project)).status, 1);

  await project.view("base", BASE);
  assertEquals((await project.run("materialize", ...RANGE)).code, 0);
  assertEquals(await seen(project), FRESH);
});

Deno.test("a view whose own fault was mended, or that a check found broken, is whole after one materialize", async () => {
  await using project = await made();
  await project.view("top", "SELECT max(pm10) AS most FROM middle");
  assertEquals((await project.run("check", ...RANGE)).code, 1);
  assertEquals((await project.run("materialize", ...RANGE)).code, 1);

  await project.view("top", TOP);
  assertEquals((await seen(project)).planned, ["view/aq_prod.top"]);
  const mended = await project.run("materialize", ...RANGE, "--json");
  assertEquals([mended.code, JSON.parse(mended.stdout).counts.unchanged], [0, 2]);
  assertEquals(await seen(project), FRESH);
});

Deno.test("other rows make no view stale", async () => {
  await using project = await made();
  const day = new Date(Date.parse(settledDay()) - 86_400_000).toISOString().slice(0, 10);
  const mart = await project.run("materialize", "+vietnam/prod_mart", "--from", day, "--to", day);
  assertEquals(mart.code, 0);
  assertEquals((await seen(project)).planned, []);
});

Deno.test("a column that is named otherwise breaks the view that reads it, and those over it", async () => {
  await using project = await ProjectFolder.open();
  await Deno.writeTextFile(join(project.root, ".env"), "PIPELINES=dump\n");
  const codes = async () => {
    const made = await project.run("materialize");
    const asked = await project.run("inspect", "FROM openaq_db.query_1");
    return { made: made.code, status: (await project.run("status", "--check")).code, read: asked.code === 0 };
  };
  const contract = (from: string, to: string) =>
    project.edit("assets/dump", "contract.ts", (text) => text.replaceAll(`"${from}"`, `"${to}"`));
  const programs = async (from: string, to: string) => {
    for (const name of ["dump_countries", "dump_joined"]) {
      await project.edit("sql", `marts/${name}.sql`, (text) => text.replaceAll(from, to));
    }
  };
  const [before, after] = ["english_short_name", "short_name"];
  assertEquals(await codes(), { made: 0, status: 0, read: true });
  await contract(before, after);
  assertEquals(
    await codes(),
    { made: 1, status: 1, read: true },
    "what the tables' files are not is not told",
  );
  await programs(before, after);
  assertEquals(await codes(), { made: 1, status: 1, read: false });
  await contract(after, before);
  await programs(after, before);
  assertEquals(await codes(), { made: 0, status: 0, read: true });
});
