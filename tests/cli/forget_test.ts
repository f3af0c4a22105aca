import { assert, assertEquals, assertMatch } from "@std/assert";
import { fixedServer } from "../faults/fixed_server.ts";
import { CommandLine } from "./command_line.ts";

const DAYS = ["--from", "2024-03-01", "--to", "2024-03-02"];
const DAY = "SELECT * FROM prod_db.vietnam WHERE measurement_date = '2024-03-01' ORDER BY ALL";
const ROLLBACK = ["rollback", "vietnam/prod_mart", "--partition", "2024-03-01"];

/** A lake whose first day has three versions, rolled back to the second, in seven runs. */
async function lakeOfVersions() {
  const server = fixedServer();
  const line = await CommandLine.open();
  const env = { ...server.env, LAKE_URL: "lake" };
  const run = async (...args: string[]) => {
    const { code, json, stderr } = await line.run([...args, "--json"], { env });
    assertEquals(code, 0, stderr);
    return json;
  };
  const day = async () => (await line.run(["inspect", DAY, "--format", "csv"], { env })).stdout;
  await run("materialize", ...DAYS);
  const contents = [await day()];
  for (const value of [41, 12.5]) {
    await server.change(50_000_003, "2024-03-01T05:00:00Z", value);
    await run("materialize", "vietnam/raw_prod", "--force", "--partition", "2024-03-01T05");
    await run("materialize", ...DAYS);
    contents.push(await day());
  }
  await run("materialize", "vietnam/dev_mart", "--force", ...DAYS);
  await run(...ROLLBACK);
  await run("check", ...DAYS);
  await run("check", ...DAYS);
  return {
    line,
    env,
    run,
    day,
    contents,
    /** All that a user sees of how the lake stands. */
    seen: async () => ({
      status: await run("status", ...DAYS),
      plan: await run("plan", ...DAYS),
      forced: await run("materialize", "--dry-run", "--force", ...DAYS),
      day: await day(),
    }),
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("what is forgotten changes no status, plan or cause, and no way back", async () => {
  await using lake = await lakeOfVersions();
  const { run, seen, contents } = lake;
  const before = await seen();
  assertEquals(before.day, contents[1]);
  const counted = await run("prune", "--history", "0", "--dry-run");
  assert(counted.events > 50 && counted.runs >= 6, JSON.stringify(counted));
  assertEquals(await seen(), before);
  const { events, runs } = await run("prune", "--history", "0");
  assertEquals([events, runs], [counted.events, counted.runs]);
  assertEquals(await seen(), before);
  const left = (await run("runs")).map(({ request }: { request: { command: string } }) => request.command);
  assertEquals(left, ["check", "rollback"], "the newest, and one that stands");
  const again = await run("prune", "--history", "0");
  assertEquals([again.events, again.runs], [0, 0]);

  // From the second version on to the third, and back.
  await run(...ROLLBACK);
  assertEquals(await lake.day(), contents[2]);
  await run(...ROLLBACK);
  assertEquals(await lake.day(), contents[1]);
  await run("materialize", "vietnam/prod_mart", "--force", ...DAYS);
  assertEquals(await lake.day(), contents[2]);
  assertMatch((await lake.line.run(["plan", ...DAYS], { env: lake.env })).stdout, /nothing to do/);
  assertEquals((await lake.line.run(["doctor"], { env: lake.env })).code, 0);
});

Deno.test("ninety days are remembered, unless other ones are asked for", async () => {
  await using lake = await lakeOfVersions();
  const { code, stdout } = await lake.line.run(["prune"], { env: lake.env });
  assertEquals(code, 0);
  assertMatch(stdout, /^0 events and 0 runs forgotten$/m);
  const some = await lake.line.run(["prune", "vietnam/raw_prod", "--history", "3"], { env: lake.env });
  assertEquals([some.code, some.stderr], [
    2,
    "pruning: found --history beside a selection, wanted one of them\n",
  ]);
  const none = await lake.line.run(["prune", "--history", "soon"], { env: lake.env });
  assertEquals([none.code, none.stderr], [
    2,
    'reading --history: found "soon", wanted a whole number of 0 to 36500\n',
  ]);
});
