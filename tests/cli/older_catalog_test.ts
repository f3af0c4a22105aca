import { assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { CommandLine, settledDay } from "./command_line.ts";

const RANGE = ["--from", settledDay(), "--to", settledDay()];
const CATALOG = "lake-simulated/_catalog";

/** A lake that was made, in a state that names no file of the catalog's entries, as those of before 0.2. */
async function olderLake(line: CommandLine): Promise<void> {
  assertEquals((await line.run(["materialize", ...RANGE])).code, 0);
  using db = new DatabaseSync(`${line.cwd}/lake-simulated.sqlite`);
  db.exec(`
    UPDATE details SET body = json_remove(body, '$.files') WHERE body LIKE '%"path":"_catalog/%';
    DELETE FROM places WHERE path LIKE '_catalog/%';
  `);
}

interface Step {
  readonly asset: string;
  readonly causes: readonly { readonly kind: string }[];
}

/** The user's view: how many partitions `status` and `plan` call stale, with the plan's causes, and exit codes. */
async function seen(line: CommandLine) {
  const { json: { assets } } = await line.run(["status", ...RANGE, "--json"]);
  const stale: number[] = assets.map(({ partitions }: { partitions: { stale: number } }) => partitions.stale);
  const steps: Step[] = (await line.run(["plan", ...RANGE, "--json"])).json.steps;
  const question = "SELECT count(*) > 0 AS some FROM aq_prod.pm25_by_day";
  return {
    stale: stale.reduce((sum, each) => sum + each, 0),
    planned: steps.map(({ asset }) => asset).sort(),
    causes: [...new Set(steps.flatMap(({ causes }) => causes.map(({ kind }) => kind)))],
    check: (await line.run(["check", ...RANGE])).code,
    inspect: (await line.run(["inspect", question])).code,
  };
}

const FRESH = { stale: 0, planned: [], causes: [], check: 0, inspect: 0 };

Deno.test("an older lake stays fresh while its catalog is whole", async () => {
  await using line = await CommandLine.open();
  await olderLake(line);
  assertEquals(await seen(line), FRESH);
  assertStringIncludes((await line.run(["materialize", ...RANGE])).stdout, "nothing to do");
});

Deno.test("an older lake whose catalog is gone is stale, and whole after one materialize", async () => {
  await using line = await CommandLine.open();
  await olderLake(line);
  await Deno.remove(`${line.cwd}/${CATALOG}`, { recursive: true });
  const lost = await seen(line);
  assertEquals([lost.stale, lost.planned.length, lost.causes, lost.check], [12, 12, ["damaged"], 1]);
  const { code, json } = await line.run(["materialize", ...RANGE, "--json"]);
  assertEquals([code, json.counts.materialized, json.requests], [0, 12, 0]);
  assertEquals(await seen(line), FRESH);
});

Deno.test("an entry that is another than an older lake's asset registered is made again, with what does not bind to it", async () => {
  await using line = await CommandLine.open();
  await olderLake(line);
  const path = `${line.cwd}/${CATALOG}/aq_prod/pm25_by_day.json`;
  const entry = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...entry, statement: "SELECT 1 AS one" }));
  const { planned, causes } = await seen(line);
  assertEquals([planned, causes], [["view/aq_prod.pm25_by_day"], ["damaged"]]);
  // The check found that the view over it does not bind.
  assertEquals((await line.run(["materialize", ...RANGE, "--json"])).json.counts.materialized, 2);
  assertEquals(await seen(line), FRESH);
});
