import { assertEquals, assertMatch } from "@std/assert";
import { CommandLine } from "./command_line.ts";
import { ProjectFolder } from "./project.ts";

const CORE = new URL("../../core/mod.ts", import.meta.url).href;
const DECLARE =
  `import { definer, graph as graphOf, sourceFile } from "${CORE}"; const { asset } = definer();`;

/** Modules that are no graph, and what the one line says after the module's path. */
const FAULTS: readonly (readonly [name: string, text: string | null, says: string])[] = [
  ["missing.ts", null, 'found no such file, wanted a module that exports "group" or "graph"'],
  ["parse.ts", "const graph = (((", "Expression expected (parse.ts:1:18)"],
  ["throws.ts", '\nthrow new Error("no luck\\ntoday")', "no luck (throws.ts:2:7)"],
  ["nothing.ts", "throw undefined", 'it throws undefined, wanted a module that exports "group" or "graph"'],
  ["imports.ts", 'import "./gone.ts";', 'found no "gone.ts", which it imports (imports.ts:1:8)'],
  ["unknown.ts", "export const graph = x.y;", "x is not defined (unknown.ts:1:22)"],
  [
    "number.ts",
    "export const graph = 3;",
    'found "graph" to be 3, wanted what "graph([…])" makes of assets',
  ],
  [
    "neither.ts",
    "export const assets = 3;",
    'found neither a "group" nor a "graph" among its exports, wanted one',
  ],
  [
    "list.ts",
    "export const graph = [];",
    'found "graph" to be an array, wanted what "graph([…])" makes of assets',
  ],
  [
    "group.ts",
    "export const group = {};",
    'found "group" to be an object, wanted one with "name" and "declare"',
  ],
  [
    "key.ts",
    `${DECLARE}\nasset({ key: "words" });`,
    'declaring an asset: the key is "words", wanted "group/name" (key.ts:2:1)',
  ],
];

Deno.test("a graph that cannot be loaded is wrong use: one line that names the place, from every command", async () => {
  await using line = await CommandLine.open();
  await Deno.mkdir(`${line.cwd}/graphs`);
  for (const [name, text, says] of FAULTS) {
    const path = `${line.cwd}/graphs/${name}`;
    if (text !== null) await Deno.writeTextFile(path, text);
    for (const command of ["status", "materialize"]) {
      const { code, stderr } = await line.run([command, "--graph", path, "--json"]);
      assertEquals([code, stderr], [2, `loading the graph "${path}": ${says}\n`]);
    }
  }
  const folder = await line.run(["plan", "--graph", "graphs"]);
  assertEquals(folder.code, 2);
  assertMatch(
    folder.stderr,
    /^loading the graph ".*graphs": found a folder, wanted a module that exports "group" or "graph"\n$/,
  );
});

Deno.test("a pipeline that cannot be loaded or declared is wrong use: one line that names it", async () => {
  await using project = await ProjectFolder.open();
  const loading = 'loading the pipeline "mine":';
  const undeclared =
    'declaring the pipeline "mine": found no "assets" and "databases" in its answer, wanted lists of both';
  for (
    const [module, says] of [
      [
        "export const graph = 1;",
        `${loading} found no "group" among the exports of "${project.root}/assets/mine/mod.ts", ` +
        'wanted one with "name" and "declare"',
      ],
      ["export const group = (((", `${loading} Expression expected (mod.ts:1:25)`],
      ['import "./gone.ts";', `${loading} found no "gone.ts", which it imports (mod.ts:1:8)`],
      ['throw new Error("no luck\\ntoday");', `${loading} no luck (mod.ts:1:7)`],
      ['export const group = { name: "mine", declare() {} };', undeclared],
      ['export const group = { name: "mine", declare: () => ({ assets: [] }) };', undeclared],
      [
        'export const group = { name: "mine", declare: () => ({ assets: [[]], databases: [] }) };',
        'declaring the pipeline "mine": found an array among its assets, wanted assets alone',
      ],
      ['export const group = { name: "mine", declare() { throw new Error("no luck"); } };', "no luck"],
    ] as const
  ) {
    await project.pipeline("mine", module);
    const { code, stdout, stderr } = await project.run("status");
    assertEquals([module, code, stdout, stderr], [module, 2, "", `${says}\n`]);
  }
});

Deno.test("a group whose assets make no graph is wrong use", async () => {
  await using line = await CommandLine.open();
  const path = `${line.cwd}/group.ts`;
  await Deno.writeTextFile(
    path,
    `import { daily, from, identity } from "${CORE}"; ${DECLARE}
    async function* materialize() {}
    const one = asset({ key: "a/one", materialize });
    const days = asset({ key: "a/days", partitions: daily(), deps: { one: from(one, identity) }, materialize });
    export const group = { name: "a", declare: () => ({ assets: [one, days], databases: [] }) };`,
  );
  const { code, stderr } = await line.run(["plan", "--graph", path]);
  assertEquals([code, stderr], [
    2,
    'building the graph: dependency "one" of "a/days": binding "identity": found single read by ' +
    "daily (UTC) partitions, wanted `latest`, `all` or `custom`\n",
  ]);
});

Deno.test("a module names itself among its sources, wherever it lies", async () => {
  await using line = await CommandLine.open();
  const module = (source: string) =>
    `${DECLARE}
    export const graph = graphOf([asset({ key: "a/b", sources: [sourceFile(${source})], async *materialize() {
      yield [{ partition: 0, dataVersion: "1" }];
    } })]);`;
  await Deno.mkdir(`${line.cwd}/else where`);
  const here = `${line.cwd}/graph.ts`;
  const there = `${line.cwd}/else where/graph.ts`;
  await Deno.writeTextFile(here, module("import.meta.url"));
  const made = await line.run(["materialize", "--graph", here, "--json"]);
  assertEquals([made.code, made.json.warnings], [0, []]);
  await Deno.copyFile(here, there);
  assertEquals((await line.run(["plan", "--graph", there, "--json"])).json, { steps: [] });
  const shown = await line.run(["show", "a/b", "--graph", there, "--json"]);
  assertEquals(shown.json.sources, ["graph.ts"]);
  await Deno.writeTextFile(there, `${module("import.meta.url")}\n// edited`);
  const { steps } = (await line.run(["plan", "--graph", there, "--json"])).json;
  assertEquals(steps[0].causes, [{ kind: "code", detail: "the code changed" }]);

  const named = `${line.cwd}/else where/graph/graph.ts`;
  await Deno.mkdir(`${line.cwd}/else where/graph`);
  await Deno.writeTextFile(named, module('import.meta.url), sourceFile("graph.ts"'));
  const twice = await line.run(["plan", "--graph", named]);
  assertEquals([twice.code, twice.stderr], [
    2,
    'declaring "a/b": found two source files named "graph.ts", wanted a name for each\n',
  ]);
});

Deno.test("a source file that is not there is named with its asset", async () => {
  await using line = await CommandLine.open();
  const path = `${line.cwd}/graph.ts`;
  await Deno.writeTextFile(
    path,
    `${DECLARE}
    export const graph = graphOf([
      asset({ key: "a/b", sources: [sourceFile("gone.sql")], async *materialize() { yield []; } }),
    ]);`,
  );
  const says =
    `declaring "a/b": found no source file "gone.sql" that can be read, wanted its path below the graph's ` +
    "folder, or a module's own import.meta.url";
  for (const command of ["status", "plan", "materialize", "check"]) {
    const { code, stderr } = await line.run([command, "--graph", path]);
    assertEquals([code, stderr], [2, `${says}\n`]);
  }
  const doctor = await line.run(["doctor", "--graph", path]);
  assertEquals([doctor.code, doctor.stderr], [1, `graph: ${says}\n`]);
});
