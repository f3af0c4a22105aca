import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Database } from "../../adapters/state/postgres/database.ts";
import { migrations } from "../../adapters/state/postgres/migrations.ts";
import { isPresent } from "../../adapters/state/postgres/schema.ts";
import { StatePlaceError } from "../../core/mod.ts";
import { CommandLine } from "../cli/command_line.ts";
import { startCluster } from "./cluster.ts";
import { ownSchema, type Schema, serverUrl } from "./harness.ts";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));
const DAY = ["--from", "2024-01-01", "--to", "2024-01-01"];

/** A lake beside a state in a schema of its own. */
function test(what: string, body: (line: CommandLine, schema: Schema) => Promise<void>): void {
  Deno.test(`commands on PostgreSQL: ${what}`, async () => {
    await using schema = await ownSchema();
    await using line = await CommandLine.open();
    await body(line, schema);
  });
}

/** The program as a process. */
function spawn(line: CommandLine, url: string, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, ...args],
    cwd: line.cwd,
    env: { STATE_URL: url },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

test("a day is made once, shown, and fresh from then on", async (line, { url, run }) => {
  const env = { STATE_URL: url };
  const made = await line.run(["materialize", ...DAY, "--json"], { env });
  assertEquals([made.code, made.json.status, made.json.counts.failed], [0, "succeeded", 0], made.stderr);
  assertEquals((await line.run(["materialize", ...DAY, "--json"], { env })).json.status, "nothing_to_do");
  const { assets } = (await line.run(["status", ...DAY, "--json"], { env })).json;
  for (const { key, partitions } of assets) assertEquals(partitions.fresh, partitions.total, key);
  const runs = (await line.run(["runs", "--json"], { env })).json;
  assertEquals(runs.map(({ status }: { status: string }) => status), ["succeeded"]);
  const rows = await line.run(["inspect", "SELECT count(*) AS n FROM prod_db.vietnam", "--format", "csv"], {
    env,
  });
  assertMatch(rows.stdout, /^n\s+[1-9]\d*\s+$/);
  assertEquals((await line.run(["doctor"], { env })).code, 0);
  // All that was done is over: nobody is left behind.
  const [left] = await run("SELECT (SELECT count(*) FROM workers) + (SELECT count(*) FROM claims) AS n");
  assertEquals(Number(left!.n), 0);
});

test("two at once make each partition once", async (line, { url, run }) => {
  const both = [1, 2].map(() => spawn(line, url, ["materialize", ...DAY]).status);
  assertEquals((await Promise.all(both)).map(({ code }) => code), [0, 0]);
  const twice = await run("SELECT asset, first FROM events WHERE kind = 0 GROUP BY 1, 2 HAVING count(*) > 1");
  assertEquals(twice, []);
  const [numbers] = await run("SELECT count(*) AS n, min(seq) AS first, max(seq) AS last FROM events");
  assertEquals([numbers!.first, numbers!.last], ["1", numbers!.n]);
});

/** The program as a process, once it has claimed anything. */
async function atWork(line: CommandLine, { url, until }: Schema): Promise<Deno.ChildProcess> {
  const child = spawn(line, url, ["materialize", ...DAY]);
  await until("SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'airgraph'");
  await until("SELECT 1 FROM claims");
  return child;
}

test(
  "what one that was killed began is taken over by the next, which waits for no lease",
  async (line, schema) => {
    const child = await atWork(line, schema);
    child.kill("SIGKILL");
    await child.status;
    const env = { STATE_URL: schema.url };
    assertEquals((await line.run(["materialize", ...DAY, "--json"], { env })).json.status, "succeeded");
    const runs = (await line.run(["runs", "--json"], { env })).json;
    assertEquals(runs.map(({ status }: { status: string }) => status), ["succeeded", "interrupted"]);
    const { assets } = (await line.run(["status", ...DAY, "--json"], { env })).json;
    for (const { key, partitions } of assets) assertEquals(partitions.fresh, partitions.total, key);
  },
);

test("one that is stopped beyond its lease is waited for, and goes on", async (line, schema) => {
  const child = await atWork(line, schema);
  child.kill("SIGSTOP");
  await schema.run("UPDATE moment SET ahead = 60000");
  const other = spawn(line, schema.url, ["materialize", ...DAY]);
  await schema.until("SELECT 1 FROM workers OFFSET 1");
  child.kill("SIGCONT");
  assertEquals((await Promise.all([child.status, other.status])).map(({ code }) => code), [0, 0]);
  const twice = await schema.run(
    "SELECT asset, first FROM events WHERE kind = 0 GROUP BY 1, 2 HAVING count(*) > 1",
  );
  assertEquals(twice, []);
});

Deno.test("commands on PostgreSQL: a server that is started again goes on where it was, and one that is away is a line", async () => {
  await using cluster = await startCluster([]);
  await using line = await CommandLine.open();
  const env = { STATE_URL: cluster.url };
  assertEquals((await line.run(["materialize", ...DAY], { env })).code, 0);
  await cluster.stop();
  const away = await line.run(["status"], { env });
  assertEquals(away.code, 2);
  assertMatch(
    away.stderr,
    /opening the state: nobody answers at "postgres:.*", wanted a PostgreSQL server\n$/,
  );
  await cluster.start();
  assertEquals((await line.run(["materialize", ...DAY, "--json"], { env })).json.status, "nothing_to_do");
});

Deno.test("commands on PostgreSQL: what is wrong with STATE_URL is said in a line, without the password", async () => {
  await using line = await CommandLine.open();
  await using schema = await ownSchema();
  await schema.run("CREATE TABLE another (a int)");
  const { host, username, password } = new URL(serverUrl());
  const secret = "not-the-password";
  const login = `${username}:${password}@${host}`;
  const found: readonly (readonly [url: string, line: RegExp])[] = [
    [`postgres://${username}:${secret}@${host}/postgres`, /refuses the user or the password/],
    [`postgres://${login}/none`, /has no such database/],
    [`postgres://${login}/postgres?search_path=none`, /has no such schema/],
    [`postgres://${username}:${password}@127.0.0.1:1/postgres`, /nobody answers at/],
    [`postgres://${username}:${secret}@no host/db`, /STATE_URL: found ".*", wanted postgres:\/\/user/],
    [`postgres://${login}`, /STATE_URL: found ".*", wanted postgres:\/\/user/],
    [schema.url, /holds another program's tables/],
  ];
  for (const [url, wanted] of found) {
    const { code, stderr } = await line.run(["status"], { env: { STATE_URL: url } });
    assertEquals(code, 2, url);
    assertMatch(stderr, wanted);
    assertEquals(stderr.trim().split("\n").length, 1, stderr);
    for (const hidden of [secret, password, decodeURIComponent(password)]) {
      assert(!stderr.includes(hidden), stderr);
    }
  }
});

Deno.test("commands on PostgreSQL: an older server is told of", async () => {
  const old = { place: "postgres://host/db", get: () => Promise.resolve({ version: 14, schema: "public" }) };
  await assertRejects(
    () => isPresent(old as unknown as Database),
    StatePlaceError,
    'opening the state: "postgres://host/db" is PostgreSQL 14, wanted 15 or later',
  );
});

test(
  "who writes brings an older state up to this version, and who reads says who does",
  async (line, { url, run }) => {
    const env = { STATE_URL: url };
    assertEquals((await line.run(["materialize", ...DAY], { env })).code, 0);
    const steps = migrations as string[];
    steps.push("CREATE TABLE further (a int)");
    try {
      const { code, stderr } = await line.run(["status"], { env });
      assertEquals(code, 2);
      assertMatch(stderr, /has schema version \d+, wanted \d+: who opens it to write/);
      assertEquals((await line.run(["materialize", ...DAY, "--json"], { env })).json.status, "nothing_to_do");
      assertEquals((await line.run(["status"], { env })).code, 0);
      assertEquals(await run("SELECT * FROM further"), []);
    } finally {
      steps.pop();
    }
  },
);

Deno.test("commands on PostgreSQL: a schema's name is as long as what is listened to may be, or refused in a line", async () => {
  await using line = await CommandLine.open();
  for (const [length, code] of [[54, 0], [55, 2]]) {
    await using schema = await ownSchema({ length });
    const done = await line.run(["materialize", ...DAY], {
      env: { STATE_URL: schema.url, LAKE_URL: `${length}` },
    });
    assertEquals(done.code, code);
    if (code !== 0) assertMatch(done.stderr, /has a schema of a long name, wanted 54 bytes at most\n$/);
  }
});

test("a folder is the lake of the host that made it alone", async (line, { url, run }) => {
  const env = { STATE_URL: url };
  assertEquals((await line.run(["materialize", ...DAY], { env })).code, 0);
  await run(`UPDATE key_values SET value = '"elsewhere"' WHERE key = 'airgraph/host'`);
  for (const command of [["materialize"], ["status"], ["runs"]]) {
    const { code, stderr } = await line.run(command, { env });
    assertEquals(code, 1);
    assertStringIncludes(stderr, 'its state is shared, wanted the host that made the lake, "elsewhere"');
  }
});

test("what needs a file says so", async (line, { url }) => {
  const env = { STATE_URL: url };
  assertEquals((await line.run(["materialize", ...DAY], { env })).code, 0);
  for (const args of [["backup", "copy"], ["restore", "copy"], ["rebuild"]]) {
    const { code, stderr } = await line.run(["state", ...args], { env });
    assertEquals(code, 1, stderr);
    assertMatch(stderr, /found one on PostgreSQL, "postgres:.*", wanted a SQLite file/);
  }
});
