import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CommandLine } from "./command_line.ts";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));
const GRAPH = fromFileUrl(new URL("./floating_graph.ts", import.meta.url));
const AT = String.raw`\(at file:\S+floating_graph.ts:\d+:\d+\)`;
const faults: Record<string, RegExp> = {
  "a promise": new RegExp(
    `^running floating/one: found an error that no code waits for: floats free ${AT}, wanted .+\n$`,
  ),
  "a timer": new RegExp(
    `^running floating/one: found an error that no code waits for: too late ${AT}, wanted .+\n$`,
  ),
  "an exit": /^running floating\/one: .+ the process was ended by the code that it ran, wanted .+\n$/,
};

for (const [fault, line] of Object.entries(faults)) {
  Deno.test(`${fault} that a graph's code lets go ends the process with one line and 1; the next command goes on`, async () => {
    await using here = await CommandLine.open();
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "materialize", "--json"],
      cwd: here.cwd,
      env: { GRAPH, FAULT: fault },
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals(code, 1);
    assertMatch(new TextDecoder().decode(stderr), line);
    const env = { GRAPH };
    const { json } = await here.run(["materialize", "--json"], { env });
    assertEquals([json.status, json.counts.materialized], ["succeeded", 1]);
    const runs = (await here.run(["runs", "--json"], { env })).json;
    assertEquals(runs.map(({ status }: { status: string }) => status), ["succeeded", "interrupted"]);
  });
}
