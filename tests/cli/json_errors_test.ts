import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CommandLine } from "./command_line.ts";

const GRAPH = fromFileUrl(new URL("./own_graph.ts", import.meta.url));

Deno.test("with --json whatever goes wrong is one document on stdout, the lines of stderr in it", async () => {
  await using line = await CommandLine.open();
  const wrong: readonly (readonly [args: readonly string[], env: Record<string, string>])[] = [
    [["materialise"], {}],
    [["status", "--frm", "2024-01-01"], {}],
    [["status", "vietnam/nope"], {}],
    [["inspect"], {}],
    [["inspect", "SELECT nothing"], {}],
    [["runs", "show", "x"], {}],
    [["plan"], { PIPELINE_ENV: "stage", API_REQUEST_TIMEOUT: "x" }],
    [["check"], { LAKE_URL: "gs://bucket" }],
    [["doctor"], { OPENAQ_API_URL: "http://127.0.0.1:1" }],
  ];
  for (const [args, env] of wrong) {
    const { code, json, stderr } = await line.run([...args, "--json"], { env });
    const said = stderr.trimEnd().split("\n").filter((each) => !each.startsWith("note: "));
    assertEquals([args, code, json], [args, 2, { errors: said.map((message) => ({ message })) }]);
    assert(said.length > 0);
  }
});

Deno.test("a command that has its own document writes no other", async () => {
  await using line = await CommandLine.open();
  const env = { GRAPH };
  const made = await line.run(["materialize", "words/summary", "--json"], { env });
  assertEquals([made.code, made.json.errors], [0, []]);
  const broken = await line.run(["rollback", "words/summary", "--json"], { env });
  assertEquals([broken.code, Object.hasOwn(broken.json, "errors")], [1, false]);
});

Deno.test("what is cancelled says so in its document", async () => {
  await using line = await CommandLine.open();
  const { code, json } = await line.run(["check", "--json"], { env: { GRAPH }, signal: AbortSignal.abort() });
  if (code === 130) assertEquals(json, { errors: [{ message: "cancelled" }] });
  else assertEquals(code, 0);
});
