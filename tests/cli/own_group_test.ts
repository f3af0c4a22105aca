import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { CommandLine } from "./command_line.ts";

const EXAMPLE = fromFileUrl(new URL("../../examples/weather", import.meta.url));

/** The example's group, in a folder that is nobody's, with a service that counts what it is asked. */
class OwnGroup implements AsyncDisposable {
  asked = 0;
  status = 200;
  readonly #server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    this.asked++;
    return Response.json({ bergen: 12, bodo: 11, oslo: 94 }, { status: this.status });
  });

  private constructor(readonly line: CommandLine) {}

  static async open(): Promise<OwnGroup> {
    const line = await CommandLine.open();
    await copy(EXAMPLE, join(line.cwd, "weather"));
    return new OwnGroup(line);
  }

  async run(...args: readonly string[]) {
    const { port } = this.#server.addr as Deno.NetAddr;
    const env = {
      GRAPH: "weather/mod.ts",
      WEATHER_HEIGHTS_URL: `http://me:PASSWORD-of-mine@127.0.0.1:${port}/?key=TOKEN-of-mine`,
      WEATHER_TOKEN: "TOKEN-of-mine",
    };
    return await this.line.run(args, { env });
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.line.cwd, "weather", file);
    await Deno.writeTextFile(path, change(await Deno.readTextFile(path)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await this.line[Symbol.asyncDispose]();
  }
}

/** Without what waits for days of the months after the example's data: those end as time passes. */
function ofItsData(warnings: readonly string[]): string[] {
  const month = (warning: string) => /^weather\/months (\S+): waits /.exec(warning)?.[1] ?? "";
  return warnings.filter((warning) => month(warning) <= "2026-10");
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    await (isDirectory
      ? copy(join(from, name), join(to, name))
      : Deno.copyFile(join(from, name), join(to, name)));
  }
}

Deno.test("a resource of a group's own is asked by what needs it, and by nothing else", async () => {
  await using group = await OwnGroup.open();
  for (const command of ["ls", "plan", "status"]) assertEquals((await group.run(command)).code, 0);
  assertEquals(group.asked, 0);
  assertEquals((await group.run("materialize", "weather/files")).code, 0);
  assertEquals(group.asked, 0);
  const made = await group.run("materialize", "--json");
  assertEquals([made.code, group.asked, made.json.counts.materialized], [0, 1, 7]);

  group.status = 503;
  await group.edit("data/2026-11-01.csv", (text) => text.replace(/,[\d.]+\n/, ",30\n"));
  const day = await group.run("materialize", "--json");
  assertEquals([day.code, group.asked, day.json.counts.materialized], [0, 1, 1], "the day alone");
  const failed = await group.run("materialize", "weather/stations", "--force");
  assertEquals(failed.code, 1);
  assertMatch(
    failed.stderr,
    /^weather\/stations: asking "http:\/\/me:\*{3}@127.*\?key=\*{3}": found status 503, wanted 200\n$/,
  );
  const state = new TextDecoder("latin1").decode(
    await Deno.readFile(join(group.line.cwd, "lake-simulated.sqlite")),
  );
  assertEquals([state.includes("found status 503"), state.includes("-of-mine")], [true, false]);
  const { json } = await group.run("status", "weather/stations", "--json");
  assertEquals([json.assets[0].partitions.failed, json.assets[0].partitions.fresh], [1, 1]);
});

Deno.test("a group's view and months follow its tables, and its module is a source of them", async () => {
  await using group = await OwnGroup.open();
  const made = await group.run("materialize", "--json");
  assertEquals([made.code, made.json.errors], [0, []]);
  assertEquals(ofItsData(made.json.warnings), [
    'weather/hours 2026-10-31: check "complete" failed: it has 23 rows',
  ]);
  const storms = await group.run("inspect", "SELECT count(*) AS hours FROM weather_db.storms", "--json");
  assertEquals(storms.json, [{ hours: 4 }]);
  const shown = await group.run("show", "weather/hours");
  assertStringIncludes(shown.stdout, "\n  key           station, datetime\n");
  assertMatch(shown.stdout, /\ntemperature +float64 +°C +-60 to 60 +never null\n/);
  assertMatch(shown.stdout, /\nheight +int32 +m\n/);

  await group.edit("mod.ts", (text) => `${text}// edited\n`);
  const { steps } = (await group.run("plan", "--json")).json;
  assertEquals(
    steps.map((
      { asset, causes }: { asset: string; causes: { detail: string }[] },
    ) => [asset, causes[0]!.detail]),
    [
      ["weather/stations", "the code changed"],
      ["weather/hours", "the code changed"],
      ["weather/months", "the code changed"],
    ],
  );
});

Deno.test("a module's group tells its notices and misspelt variables, and declares itself once a command", async () => {
  await using group = await OwnGroup.open();
  await group.edit(
    "mod.ts",
    (text) =>
      text.replace(
        'databases: ["weather_db"],',
        'databases: ["weather_db"], notices: ["heights are guessed"],',
      )
        .replace(
          "const data = folder",
          "globalThis.declared = (globalThis.declared ?? 0) + 1;\nconst data = folder",
        ),
  );
  const declared = () => (globalThis as { declared?: number }).declared;
  const told = await group.run("materialize", "weather/stations", "--json");
  assertEquals([told.code, told.json.warnings, declared()], [0, ["heights are guessed"], 1]);
  const env = { GRAPH: "weather/mod.ts", WEATHER_HEIGHT_URL: "http://127.0.0.1/" };
  for (const command of ["status", "runs"]) {
    const { code, stdout, stderr } = await group.line.run([command], { env });
    assertStringIncludes(stdout, "heights are guessed");
    assertEquals([code, stderr], [
      0,
      "warning: reading the environment: found the variable WEATHER_HEIGHT_URL, did you mean WEATHER_HEIGHTS_URL?\n",
    ]);
  }
});

Deno.test("plan, status and a run say what a month waits for", async () => {
  await using group = await OwnGroup.open();
  await Deno.remove(join(group.line.cwd, "weather/data/2026-10-30.csv"));
  const says = "weather/months 2026-10: waits for weather/hours 2026-10-30, not seen so far";
  const asked = await group.run("plan", "weather/months", "--partition", "2026-10");
  assertEquals(asked.stdout, `note: ${says}\nnothing to do: no partition that exists is asked for\n`);
  const made = await group.run("materialize", "--json");
  assertEquals([made.code, ofItsData(made.json.warnings).at(-1)], [0, says]);
  const { json } = await group.run("status", "weather/months", "--json");
  const { warnings }: { warnings: { partition: string }[] } = json.assets[0];
  assertEquals(warnings.filter(({ partition }) => partition <= "2026-10"), [{
    partition: "2026-10",
    message: "waits for weather/hours 2026-10-30, not seen so far",
  }]);
});

const MODULE = `
  import { definer, sourceFile } from "airgraph";
  const { asset } = definer();
  const sources = [sourceFile(import.meta.url)];
  export const told = [];
  const notebook = () => {
    told.push("opened");
    return { write: (text) => told.push(text), [Symbol.asyncDispose]: async () => { told.push("closed"); } };
  };
  const one = (key) => asset({ key, sources, async *materialize({ resources: { notebook } }) {
    notebook.write(key);
    yield [{ partition: 0, dataVersion: "1" }];
  } });
  const assets = [one("own/a"), one("own/b"), asset({ key: "own/none", sources, async *materialize() {
    yield [{ partition: 0, dataVersion: "1" }];
  } })];
`;

Deno.test("a resource is opened when it is first used, once, and closed with the lake", async () => {
  await using line = await CommandLine.open();
  const path = join(line.cwd, "mod.ts");
  await Deno.writeTextFile(
    path,
    `${MODULE}
    export const group = { name: "own", declare: () => ({ assets, databases: [], resources: { notebook } }) };`,
  );
  const { told } = await import(`file://${path}`);
  assertEquals((await line.run(["materialize", "own/none", "--graph", path])).code, 0);
  assertEquals(told, []);
  assertEquals((await line.run(["materialize", "--graph", path])).code, 0);
  assertEquals([told[0], told.slice(1, -1).sort(), told.at(-1)], ["opened", ["own/a", "own/b"], "closed"]);
});

Deno.test("a resource whose name is taken is refused", async () => {
  await using line = await CommandLine.open();
  const path = join(line.cwd, "mod.ts");
  await Deno.writeTextFile(
    path,
    `${MODULE}
    export const group = { name: "own", declare: () => ({ assets, databases: [], resources: { store: notebook } }) };`,
  );
  const { code, stderr } = await line.run(["materialize", "--graph", path]);
  assertEquals([code, stderr], [
    2,
    'opening "store": found two resources of that name, wanted another one\n',
  ]);
});

Deno.test("a mistake in a group's declaration is told with its place", async () => {
  await using line = await CommandLine.open();
  const path = join(line.cwd, "mod.ts");
  await Deno.writeTextFile(
    path,
    `import * as lake from "airgraph/assets";
export const group = { name: "own", declare: () => ({ assets: [lake.tabelAsset({})], databases: [] }) };`,
  );
  const { code, stderr } = await line.run(["plan", "--graph", path]);
  assertEquals([code, stderr], [
    2,
    'declaring the pipeline "own": lake.tabelAsset is not a function (mod.ts:2:69)\n',
  ]);
});

Deno.test("what a graph exports as its resources is closed with the lake", async () => {
  await using line = await CommandLine.open();
  const path = join(line.cwd, "mod.ts");
  await Deno.writeTextFile(
    path,
    `${MODULE}
    import { graph as graphOf } from "airgraph";
    export const graph = graphOf(assets);
    export const resources = { notebook: { write: (text) => told.push(text) }, [Symbol.dispose]() { told.push("closed"); } };`,
  );
  const { told } = await import(`file://${path}`);
  assertEquals((await line.run(["materialize", "--graph", path])).code, 0);
  assertEquals([told.slice(0, -1).sort(), told.at(-1)], [["own/a", "own/b"], "closed"]);
});

Deno.test("another project's folder imports what its deno.json maps", async () => {
  await using line = await CommandLine.open();
  const readme = await Deno.readTextFile(join(dirname(dirname(EXAMPLE)), "README.md"));
  const [, shown] = /```json\n(\{[^`]*"airgraph"[^`]*)```/.exec(readme)!;
  await Deno.writeTextFile(
    join(line.cwd, "deno.json"),
    shown!.replaceAll("../airgraph", dirname(dirname(EXAMPLE))),
  );
  await copy(EXAMPLE, join(line.cwd, "weather"));
  await Deno.writeTextFile(
    join(line.cwd, "use.ts"),
    'import { daily } from "airgraph"; import { group } from "./weather/mod.ts";\n' +
      "console.log(daily().spec.type, group.name);",
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--cached-only", "-A", "use.ts"],
    cwd: line.cwd,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([code, text(stdout), text(stderr)], [0, "daily weather\n", ""]);
});
