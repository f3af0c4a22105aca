import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { CommandLine } from "./command_line.ts";

const LOOKS = [["status"], ["plan"], ["runs"], ["runs", "show", "1"], ["doctor"], ["inspect", "SELECT 1"]];

async function looks(line: CommandLine): Promise<void> {
  for (const args of LOOKS) {
    const { code, stderr } = await line.run(args);
    assertEquals({ args, code, stderr }, { args, code: 0, stderr: "" });
  }
  const { json } = await line.run(["status", "vietnam/locations", "--json"]);
  assertEquals(json.assets[0].partitions.fresh, 1);
}

Deno.test("commands that look wait for nobody, and write nothing", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", "vietnam/locations"]);
  const state = `${line.cwd}/lake-simulated.sqlite`;
  const before = await Deno.readFile(state);
  const writer = new DatabaseSync(state);
  writer.exec("BEGIN IMMEDIATE; DELETE FROM events");
  await looks(line);
  writer.close();
  assertEquals(await Deno.readFile(state), before);
});

Deno.test("commands that look do so where the state can only be read", async () => {
  await using line = await CommandLine.open();
  await line.run(["materialize", "vietnam/locations"]);
  // What SQLite makes beside a state cannot be made.
  await Deno.symlink("/nowhere", `${line.cwd}/lake-simulated.sqlite-shm`);
  await looks(line);
  const { code, stderr } = await line.run(["wipe", "vietnam/locations"]);
  assertEquals([code, stderr.split("\n").length], [2, 2]);
});

Deno.test("a lake whose graph is a module is asked and examined like any other", async () => {
  await using line = await CommandLine.open();
  const env = { GRAPH: fromFileUrl(new URL("./shops_graph.ts", import.meta.url)) };
  await line.run(["materialize", "ny/shops"], { env });
  const asked = await line.run(["inspect", "SELECT 1 AS one", "--json"], { env });
  assertEquals([asked.code, asked.stderr, asked.json], [0, "", [{ one: 1 }]]);
  assertEquals((await line.run(["doctor"], { env })).code, 0);
  const { code, stderr } = await line.run(["inspect", "SELECT 1"]);
  assertEquals([code, stderr.includes("holds data of a module")], [2, true]);
});
