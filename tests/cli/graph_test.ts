import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { commands } from "../../cli/commands.ts";
import settings from "../../deno.json" with { type: "json" };
import { CommandLine } from "./command_line.ts";

const env = { GRAPH: fromFileUrl(new URL("./own_graph.ts", import.meta.url)) };

Deno.test("ls, show and graph describe assets, and open no lake", async () => {
  await using line = await CommandLine.open();
  const { json: listed } = await line.run(["ls", "--json"], { env });
  assertEquals(listed[1], {
    key: "words/days",
    group: "words",
    kind: "mart",
    partitions: { type: "daily", timeZone: "UTC", start: "2024-01-01" },
    deps: [{ asset: "words/hours", mode: "content" }],
    external: false,
  });
  assertEquals(listed[3].partitions, { type: "single" });
  const { json: shown } = await line.run(["show", "words/days", "--json"], { env });
  const { code, ...rest } = shown;
  assertMatch(code, /^[0-9a-f]{16}$/);
  assertEquals(rest, {
    ...listed[1],
    description: "",
    owners: [],
    sources: ["own_graph.ts"],
    contract: null,
    checks: [{ name: "polite", severity: "blocking" }],
    upstream: ["words/hours"],
    downstream: ["words/copy"],
    automation: null,
    freshness: null,
  });
  const { json: drawn } = await line.run(["graph", "--format", "json"], { env });
  assertEquals(drawn.edges, [
    { from: "words/hours", to: "words/days", mode: "content" },
    { from: "words/days", to: "words/copy", mode: "content" },
  ]);
  const text = await line.run(["graph"], { env });
  assertEquals(text.stdout, "words/hours\n└─ words/days\n   └─ words/copy\nwords/summary\n");
  const mermaid = await line.run(["graph", "+words/days", "--format", "mermaid"], { env });
  assertEquals(
    mermaid.stdout,
    'flowchart LR\n  subgraph g0["words"]\n    a0["words/hours"]\n    a1["words/days"]\n  end\n  a0 --> a1\n',
  );
  assertEquals([...Deno.readDirSync(line.cwd)], []);
});

Deno.test("the lake's own assets are shown with their contract", async () => {
  await using line = await CommandLine.open();
  const { json, stderr } = await line.run(["show", "vietnam/prod_mart", "--json"]);
  assertStringIncludes(stderr, "note: the data are simulated");
  assertEquals(json.contract.columns[0], { name: "location_id", type: "int32", nullable: false });
  assertEquals(json.deps.find(({ asset }: { asset: string }) => asset === "vietnam/dev_mart").mode, "order");
  assertEquals(json.freshness, { within: { hours: 3 }, after: "partition-end" });
  const { stdout } = await line.run(["show", "vietnam/prod_mart"]);
  assertMatch(stdout, /\n {2}owners +air-quality team\n/);
  assertMatch(stdout, /\n {2}reads +.*vietnam\/dev_mart \(order\)/);
  assertMatch(stdout, /\nlocation_id +int32 +never null\n/);
  assertMatch(stdout, /\npm25 +float64 +µg\/m³ +0 to 1000\n/);
  const pm25 = json.contract.columns.find(({ name }: { name: string }) => name === "pm25");
  assertEquals(pm25, { name: "pm25", type: "float64", nullable: true, unit: "µg/m³", limits: [0, 1_000] });
});

Deno.test("raw hours, stations and locations are shown with their contract, too", async () => {
  await using line = await CommandLine.open();
  const columnsOf = async (asset: string) => {
    const { json } = await line.run(["show", asset, "--json"]);
    const { columns, partitionColumns } = json.contract;
    return [...columns, ...partitionColumns].map(({ name }: { name: string }) => name).join(" ");
  };
  assertEquals(
    await columnsOf("vietnam/raw_prod"),
    "location_id sensor_id parameter value unit datetime location_name city country latitude longitude " +
      "has_flags extracted_at year month day hour",
  );
  assertEquals(await columnsOf("vietnam/stations"), "id name city country latitude longitude");
  assertMatch(await columnsOf("vietnam/locations"), /^id name locality /);
});

Deno.test("the program has a version, and every command is a described task", async () => {
  await using line = await CommandLine.open();
  const { code, stdout } = await line.run(["--version"]);
  assertEquals([code, stdout], [0, `airgraph ${settings.version}\n`]);
  const tasks: Record<string, { description?: string; command?: string }> = settings.tasks;
  // What lasts, or loads most of it anyway, has all its modules from the start: its checkout may change meanwhile.
  const whole = new Set(["materialize", "check", "daemon", "web", "simulate", "inspect"]);
  for (const name of Object.keys(commands)) {
    const flags = whole.has(name) ? "-A" : "-A --unstable-lazy-dynamic-imports";
    assertEquals(tasks[name]?.command, `deno run ${flags} main.ts ${name}`);
  }
  for (const { description } of Object.values(tasks)) assertEquals(typeof description, "string");
});

Deno.test("wipe shows first what it would forget, and asks whoever is at a terminal", async () => {
  await using line = await CommandLine.open();
  const range = ["words/days", "--from", "2024-01-02", "--to", "2024-01-03"];
  await line.run(["materialize", "+words/days", ...range.slice(1)], { env });
  const stands = async () =>
    (await line.run(["status", ...range, "--json"], { env })).json.assets[0].partitions.fresh;
  const dry = await line.run(["wipe", ...range, "--dry-run"], { env });
  assertEquals(dry.stdout.split("\n")[0], "words/days 2024-01-02 … 2024-01-03 (2) would be forgotten");
  assertEquals([dry.code, await stands()], [0, 2]);
  const asked: string[] = [];
  const answering = (answer: string | null) => ({
    env,
    prompt: (question: string) => {
      asked.push(question);
      return Promise.resolve(answer);
    },
  });
  for (const answer of ["n", "", null]) {
    const { code, stderr } = await line.run(["wipe", ...range], answering(answer));
    assertEquals([code, stderr, await stands()], [130, "wiping: nothing was forgotten\n", 2]);
  }
  assertEquals(asked[0], "forget 2 partitions of words/days? [y/N] ");
  assertEquals((await line.run(["wipe", ...range], answering("y"))).code, 0);
  assertEquals([asked.length, await stands()], [4, 0]);
  await line.run(["wipe", "words/hours", "--all", "--yes"], answering("n"));
  assertEquals(asked.length, 4);
});

Deno.test("prune --dry-run deletes nothing", async () => {
  await using line = await CommandLine.open();
  const dev = { env: { PIPELINE_ENV: "dev" } };
  const { code, stdout } = await line.run(["prune", "--dry-run"], dev);
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /vietnam\/raw_test: 0 partitions would expire\n0 staging folders would be removed\n0 events and 0 runs would be forgotten\n$/,
  );
  assertEquals([...Deno.readDirSync(line.cwd)], []);
});
