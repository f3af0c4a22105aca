import { assertEquals, assertMatch } from "@std/assert";
import { CommandLine } from "./command_line.ts";

const CORE = new URL("../../core/mod.ts", import.meta.url).href;
const DECLARE =
  `import { definer, graph as graphOf, sourceFile } from "${CORE}"; const { asset } = definer();`;

/** Modules that are no graph, and what the one line says after the module's path. */
const FAULTS: readonly (readonly [name: string, text: string | null, says: string])[] = [
  ["missing.ts", null, 'found no such file, wanted a module that exports "graph"'],
  ["parse.ts", "const graph = (((", "Expression expected (parse.ts:1:18)"],
  ["throws.ts", '\nthrow new Error("no luck\\ntoday")', "no luck (throws.ts:2:7)"],
  ["nothing.ts", "throw undefined", 'it throws undefined, wanted a module that exports "graph"'],
  ["imports.ts", 'import "./gone.ts";', 'found no "gone.ts", which it imports (imports.ts:1:8)'],
  ["unknown.ts", "export const graph = x.y;", "x is not defined (unknown.ts:1:22)"],
  ["number.ts", "export const graph = 3;", 'found no graph exported as "graph", wanted one'],
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
    /^loading the graph ".*graphs": found a folder, wanted a module that exports "graph"\n$/,
  );
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
    `declaring "a/b": found no source file "gone.sql" that can be read, wanted it below the graph's folder`;
  for (const command of ["status", "plan", "materialize", "check"]) {
    const { code, stderr } = await line.run([command, "--graph", path]);
    assertEquals([code, stderr], [2, `${says}\n`]);
  }
  const doctor = await line.run(["doctor", "--graph", path]);
  assertEquals([doctor.code, doctor.stderr], [1, `graph: ${says}\n`]);
});
