import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DumpFolder, usual } from "./dump_folder.ts";

const DAY = "2024-01-02";
const VIETNAM = { PIPELINES: "vietnam" };
const BOTH = { PIPELINES: "vietnam,dump" };
const MADE_UP = { openaq: "simulated:1", dump: "simulated:sample" };

async function withDay(): Promise<DumpFolder> {
  const dump = await DumpFolder.open({ LAKE_URL: "lake" });
  await dump.put(`${DAY}.csv`, usual(DAY));
  return dump;
}

/** A day of the sample. */
const SAMPLED = "--from 2024-01-31 --to 2024-01-31";

async function sampled(): Promise<DumpFolder> {
  return await DumpFolder.open({ LAKE_URL: "lake", DUMP_URL: "" });
}

async function sources({ line }: DumpFolder): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(`${line.cwd}/lake/_airgraph.json`)).sources;
}

Deno.test("two groups on one lake: made in one run, asked in one statement", async () => {
  await using dump = await sampled();
  const made = await dump.run(`materialize ${SAMPLED} --json`, BOTH);
  assertEquals([made.code, made.json.status], [0, "succeeded"], made.stderr);
  const groups = new Set(made.json.assets.map(({ key }: { key: string }) => key.split("/")[0]));
  assertEquals([...groups].sort(), ["dump", "vietnam", "view"]);
  assertEquals(await sources(dump), MADE_UP);
  const sql = `SELECT (SELECT count(*) > 0 FROM openaq_db.openaq_data) AS dumped,
    (SELECT count(*) > 0 FROM prod_db.vietnam) AS measured`;
  assertEquals(await dump.rows(sql, BOTH), [{ dumped: true, measured: true }]);
  assertEquals((await dump.run(`status --check ${SAMPLED}`, BOTH)).code, 0);
  assertEquals((await dump.run(`materialize ${SAMPLED}`, BOTH)).stdout.includes("nothing to do"), true);

  for (const [composed, others] of [["vietnam", "openaq_db.query_2"], ["dump", "prod_db.vietnam"]] as const) {
    const env = { PIPELINES: composed };
    const again = await dump.run(`materialize ${SAMPLED} --json`, env);
    assertEquals([again.code, again.json.status], [0, "nothing_to_do"], again.stderr);
    assertEquals(again.json.warnings.filter((line: string) => line.includes("dropped")), []);
    const { json: { assets } } = await dump.run(`status ${SAMPLED} --json`, env);
    assertEquals(
      assets.some(({ group }: { group: string }) => group !== composed && group !== "view"),
      false,
    );
    assert((await dump.rows(`FROM ${others}`, env)).length > 0, `${others} goes on to answer`);
  }
});

Deno.test("simulated values and real ones are not composed: one line, and nothing is made", async () => {
  await using dump = await withDay();
  const real = { OPENAQ_API_KEY: "a-key-of-nobody" };
  const simulated = "simulated data (openaq: simulated:1)";
  const sample = "simulated data (dump: simulated:sample)";
  for (
    const [env, found] of [
      [BOTH, `${simulated} beside real data (dump: files)`],
      [{ PIPELINES: "dump,vietnam" }, `${simulated} beside real data (dump: files)`],
      [
        { ...BOTH, ...real, DUMP_URL: "" },
        `real data (openaq: https://api.openaq.org) beside ${sample}`,
      ],
    ] as const
  ) {
    for (
      const command of [
        "materialize",
        "plan",
        "status --check",
        "inspect VALUES(1)",
        "doctor",
        "materialize group:dump",
      ]
    ) {
      const { code, stdout, stderr } = await dump.run(command, env);
      const says = `composing pipelines: found ${found}, wanted a lake for each\n`;
      assertEquals([command, code, stdout, stderr], [command, 2, "", says]);
    }
  }
  assertEquals(dump.written(), {});
  await using api = serveOpenAQ();
  const asked = await dump.run("materialize vietnam/locations", {
    ...BOTH,
    ...real,
    OPENAQ_API_URL: api.url,
  });
  assertEquals([asked.code, asked.stderr], [
    2,
    "composing pipelines: found simulated data (openaq: simulated:7) beside real data (dump: files), " +
    "wanted a lake for each\n",
  ]);
  assertEquals(dump.written(), {}, "what answers may be simulated, too");
});

Deno.test("a lake of simulated values takes no real ones, nor the other way round", async () => {
  await using dump = await withDay();
  assertEquals((await dump.run("materialize")).code, 0);
  assertEquals(
    (await dump.run("materialize vietnam/locations", { ...VIETNAM, LAKE_URL: "simulated" })).code,
    0,
  );
  const before = dump.written();
  for (
    const [env, held, wanted] of [
      [VIETNAM, "files", "simulated:1"],
      [{ DUMP_URL: "" }, "files", "simulated:sample"],
      [{ LAKE_URL: "simulated" }, "simulated:1", "files"],
    ] as const
  ) {
    const url = `${dump.line.cwd}/${"LAKE_URL" in env ? env.LAKE_URL : "lake"}`;
    const says = `opening the lake: "${url}" holds data of ${held}, wanted another LAKE_URL for ${wanted}\n`;
    for (const command of ["materialize", "plan", "status", "inspect VALUES(1)"]) {
      const { code, stderr } = await dump.run(command, env);
      assertEquals([command, code, stderr], [command, 2, says]);
    }
    const doctor = await dump.run("doctor", env);
    assertEquals([doctor.code, doctor.stderr], [1, `state: ${says}`]);
  }
  assertEquals(dump.written(), before);
});

Deno.test("the lake that is made without LAKE_URL is one of simulated values where they are", async () => {
  for (
    const [env, lake] of [
      [{}, "lake"],
      [{ DUMP_URL: "" }, "lake-simulated"],
      [{ DUMP_URL: "", OPENAQ_API_KEY: "a-key-of-nobody" }, "lake-simulated"],
      [{ DUMP_URL: "", PIPELINES: "vietnam,dump" }, "lake-simulated"],
    ] as const
  ) {
    await using dump = await DumpFolder.open(env);
    await dump.put(`${DAY}.csv`, usual(DAY));
    const { code, stderr } = await dump.run("materialize dump/openaq_data");
    assertEquals([code, stderr], [0, ""]);
    const made = [...Deno.readDirSync(dump.line.cwd)].filter(({ name, isDirectory }) =>
      isDirectory && name !== "data" && !name.endsWith("-workers")
    ).map(({ name }) => name);
    assertEquals(made, [lake], JSON.stringify(env));
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

Deno.test("doctor says of others' files what each command says, and asks OpenAQ only where a group does", async () => {
  await using dump = await withDay();
  await using api = serveOpenAQ();
  const names = async (env: Readonly<Record<string, string>>) => {
    const { code, json } = await dump.run("doctor --json", env);
    // deno-lint-ignore no-explicit-any
    return [code, json.findings.filter(({ name }: any) => /openaq/i.test(name)).map(({ name }: any) => name)];
  };
  const dead = { OPENAQ_API_URL: "http://127.0.0.1:1", OPENAQ_API_KEY: "a-key-of-nobody" };
  assertEquals(await names(dead), [0, []]);
  const [code, asked] = await names({ ...VIETNAM, ...dead, OPENAQ_API_URL: api.url });
  assertEquals([code, asked.includes("openaq")], [0, true]);

  const path = `${dump.line.cwd}/nowhere`;
  const nowhere = await dump.run("doctor", { DUMP_URL: path });
  const says = `listing "${path}": found nothing there, wanted a folder that can be read`;
  assertEquals([nowhere.code, nowhere.stderr], [1, `dump/files: ${says}\n`]);
  assertEquals(dump.written(), {});
  for (const command of ["materialize", "doctor"]) assertEquals((await dump.run(command)).code, 0);
  const after = await dump.run("doctor", { DUMP_COUNTRIES: path });
  assertEquals([after.code, after.stderr], [
    1,
    `dump/countries_file: reading "${path}": found no file of that name, wanted one\n`,
  ]);
});

Deno.test("a group that comes later joins the lake; its source is held to from then on", async () => {
  await using dump = await sampled();
  assertEquals((await dump.run("materialize")).code, 0);
  assertEquals(await sources(dump), { dump: "simulated:sample" });
  assertEquals((await dump.run("materialize vietnam/locations", BOTH)).code, 0);
  assertEquals(await sources(dump), MADE_UP);
  await using api = serveOpenAQ();
  const other = { ...BOTH, OPENAQ_API_URL: api.url, OPENAQ_API_KEY: "a-key-of-nobody" };
  const { code, stderr } = await dump.run("materialize", other);
  assertEquals([code, stderr.includes("holds data of simulated:1")], [2, true], stderr);
});

/** An address at which other stations are simulated. */
function serveOpenAQ(): { readonly url: string } & AsyncDisposable {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => Response.json({}, { headers: { "x-airgraph-source": "simulated:7" } }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
