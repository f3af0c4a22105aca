import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DumpFolder, usual } from "./dump_folder.ts";

const DAY = "2024-01-02";
const BOTH = { PIPELINES: "vietnam,dump" };

async function withDay(): Promise<DumpFolder> {
  const dump = await DumpFolder.open({ LAKE_URL: "lake" });
  await dump.put(`${DAY}.csv`, usual(DAY));
  return dump;
}

async function sources({ line }: DumpFolder): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(`${line.cwd}/lake/_airgraph.json`)).sources;
}

Deno.test("two groups on one lake: made in one run, asked in one statement", async () => {
  await using dump = await withDay();
  const made = await dump.run(`materialize --from ${DAY} --to ${DAY} --json`, BOTH);
  assertEquals([made.code, made.json.status], [0, "succeeded"], made.stderr);
  const groups = new Set(made.json.assets.map(({ key }: { key: string }) => key.split("/")[0]));
  assertEquals([...groups].sort(), ["dump", "vietnam", "view"]);
  assertEquals(await sources(dump), { openaq: "simulated:1", dump: "files" });
  const sql = `SELECT (SELECT count(*) FROM openaq_db.openaq_data) AS dumped,
    (SELECT count(*) > 0 FROM prod_db.vietnam) AS measured`;
  assertEquals(await dump.rows(sql, BOTH), [{ dumped: 2, measured: true }]);
  const range = `--from ${DAY} --to ${DAY}`;
  assertEquals((await dump.run(`status --check ${range}`, BOTH)).code, 0);
  assertEquals((await dump.run(`materialize ${range}`, BOTH)).stdout.includes("nothing to do"), true);
  const other = await dump.run("materialize", { PIPELINES: "dump,vietnam", DUMP_URL: "" });
  assertEquals([other.code, other.stderr.split("\n").length], [2, 2], "the sample belongs into another lake");

  for (const [composed, others] of [["vietnam", "openaq_db.query_2"], ["dump", "prod_db.vietnam"]] as const) {
    const env = { PIPELINES: composed };
    const again = await dump.run(`materialize ${range} --json`, env);
    assertEquals([again.code, again.json.status], [0, "nothing_to_do"], again.stderr);
    assertEquals(again.json.warnings.filter((line: string) => line.includes("dropped")), []);
    const { json: { assets } } = await dump.run(`status ${range} --json`, env);
    assertEquals(
      assets.some(({ group }: { group: string }) => group !== composed && group !== "view"),
      false,
    );
    assert((await dump.rows(`FROM ${others}`, env)).length > 0, `${others} goes on to answer`);
  }
});

Deno.test("a run of the dump asks OpenAQ nothing, and says nothing of it in the lake's identity", async () => {
  await using dump = await withDay();
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
    asked.push(url);
    return new Response("no", { status: 500 });
  });
  const { port } = server.addr;
  const key = { OPENAQ_API_KEY: "a-key-of-nobody" };
  for (const OPENAQ_API_URL of [`http://127.0.0.1:${port}`, "http://127.0.0.1:1"]) {
    for (
      const [command, PIPELINES] of [["materialize group:dump", "vietnam,dump"], [
        "materialize",
        "dump",
      ]] as const
    ) {
      const { code, json, stderr } = await dump.run(`${command} --force --json`, {
        ...key,
        OPENAQ_API_URL,
        PIPELINES,
      });
      assertEquals([code, stderr, json.requests, json.counts.failed], [0, "", 0, 0]);
      assertEquals(await sources(dump), { dump: "files" });
    }
  }
  assertEquals(asked, []);
  const dead = { ...key, ...BOTH, OPENAQ_API_URL: `http://127.0.0.1:${port}` };
  const failed = await dump.run("materialize vietnam/locations", dead);
  assertEquals([failed.code, asked.length > 0], [1, true], "what needs it does ask");
  assertEquals(await sources(dump), { dump: "files" });
  const { code, stdout } = await dump.run("status --check group:dump", dead);
  assertEquals(code, 0, stdout);
  assertStringIncludes((await dump.run("ls", dead)).stdout, "vietnam/locations");
});

Deno.test("a group that comes later joins the lake; its source is held to from then on", async () => {
  await using dump = await withDay();
  const range = `--from ${DAY} --to ${DAY}`;
  assertEquals((await dump.run("materialize")).code, 0);
  assertEquals((await dump.run(`materialize ${range}`, BOTH)).code, 0);
  assertEquals(await sources(dump), { dump: "files", openaq: "simulated:1" });
  const real = { ...BOTH, OPENAQ_API_URL: "https://api.openaq.org", OPENAQ_API_KEY: "a-key-of-nobody" };
  const { code, stderr } = await dump.run("materialize", real);
  assertEquals([code, stderr.includes("simulated:1")], [2, true], stderr);
});
