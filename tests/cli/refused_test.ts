import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CommandLine } from "./command_line.ts";

const SHOPS = fromFileUrl(new URL("./shops_graph.ts", import.meta.url));

/** Requests that are refused, most only once the graph is known. */
const REFUSED = [
  ["materialize", "vietnam/dev_mrt"],
  ["materialize", "--from", "nonsense"],
  ["materialize", "--from", "2024-02-02", "--to", "2024-02-01"],
  ["materialize", "--partition", "nope"],
  ["materialize", "--partition", "2150-01-01"],
  ["wipe", "vietnam/nope"],
  ["wipe", "vietnam/dev_mart"],
  ["check", "vietnam/nope"],
  ["check", "--from", "nonsense"],
  ["prune", "vietnam/nope"],
  ["rollback", "vietnam/nope"],
  ["rollback", "vietnam/prod_mart"],
  ["report", "vietnam/prod_mart", "--partition", "2024-01-01", "--version", "1"],
  ["report", "ny/shops", "--graph", SHOPS, "--version", "1"],
  ["materialize", "--graph", "missing.ts"],
  ["runs", "release", "1"],
];

Deno.test("of a command that is refused nothing is left: no lake, no state, nobody's lock", async () => {
  await using line = await CommandLine.open();
  for (const args of REFUSED) {
    const { code } = await line.run([...args, "--json"]);
    assertEquals([args, code, [...Deno.readDirSync(line.cwd)]], [args, 2, []]);
  }
});

Deno.test("what has nothing to change makes no lake", async () => {
  await using line = await CommandLine.open();
  for (const args of [["check"], ["prune"], ["wipe", "vietnam/stations"]]) {
    const { code } = await line.run(args);
    assertEquals([args, code, [...Deno.readDirSync(line.cwd)]], [args, 0, []]);
  }
  const rolled = await line.run(["rollback", "vietnam/prod_mart", "--partition", "2024-01-01"]);
  assertEquals([rolled.code, [...Deno.readDirSync(line.cwd)]], [1, []]);
});

Deno.test("a place that cannot be used is wrong configuration, in plain words, and nothing is left of the attempt", async () => {
  await using line = await CommandLine.open();
  await Deno.writeTextFile(`${line.cwd}/file`, "no database, but long enough to look like one ".repeat(99));
  await Deno.mkdir(`${line.cwd}/folder`);
  const before = names(line.cwd);
  const places: readonly (readonly [env: Record<string, string>, says: RegExp])[] = [
    [
      { LAKE_URL: "file" },
      /^opening the lake: found a file at ".*file" or on the way to it, wanted a folder\n$/,
    ],
    [{ LAKE_URL: "file/below/it" }, /^opening the lake: found a file at ".*it" or on the way to it/],
    [
      { STATE_URL: "folder", LAKE_URL: "new/lake" },
      /^opening the state: ".*folder" is a folder, wanted a file\n$/,
    ],
    [
      { STATE_URL: "file", LAKE_URL: "new/lake" },
      /^opening the state: ".*file" is no SQLite database, wanted/,
    ],
  ];
  for (const [env, says] of places) {
    for (const command of [["status"], ["materialize"], ["check"], ["inspect", "SELECT 1"]]) {
      const { code, stderr } = await line.run([...command, "--json"], { env });
      assertEquals([command, env, code, names(line.cwd)], [command, env, 2, before]);
      assertMatch(stderr.replace(/^note: .*\n/, ""), says);
    }
  }
  for (const env of [{ STATE_URL: "file/state" }, { STATE_URL: "/proc/nowhere/state" }]) {
    const { code, stderr } = await line.run(["materialize"], { env: { LAKE_URL: "new/lake", ...env } });
    assertEquals([env, code, names(line.cwd)], [env, 2, before]);
    assertMatch(
      stderr,
      /^opening the state: the folder of ".*state" cannot be made, wanted a writable folder\n$/,
    );
  }
});

Deno.test("a state elsewhere than its lake makes no folder where the lake is looked for", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", "vietnam/locations"]);
  const env = { LAKE_URL: "elsewhere/lake", STATE_URL: "lake-simulated.sqlite" };
  const { code } = await line.run(["materialize"], { env });
  assertEquals([code, names(line.cwd).includes("elsewhere")], [2, false]);
});

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}
