import { assertEquals, assertMatch } from "@std/assert";
import { CommandLine } from "./command_line.ts";

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

async function failed(line: CommandLine, env: Record<string, string>): Promise<readonly Finding[]> {
  const { code, json } = await line.run(["doctor", "--json"], { env });
  const found = json.findings.filter(({ ok }: Finding) => !ok);
  assertEquals(code, found.length === 0 ? 0 : 1);
  assertEquals(json.ok, found.length === 0);
  return found;
}

Deno.test("doctor loads the graph and tries the places that are configured, and leaves nothing there", async () => {
  await using line = await CommandLine.open();
  assertEquals(await failed(line, {}), []);
  await Deno.writeTextFile(`${line.cwd}/throws.ts`, 'throw new Error("no luck");');
  for (const GRAPH of ["gone.ts", "throws.ts"]) {
    const [graph, ...rest] = await failed(line, { GRAPH });
    assertEquals([graph?.name, rest], ["graph", []]);
    assertMatch(graph!.detail, /^loading the graph ".*": (found no such file|no luck)/);
  }
  const names = async (env: Record<string, string>) => (await failed(line, env)).map(({ name }) => name);
  assertEquals(await names({ LAKE_URL: "throws.ts" }), ["lake", "state"]);
  assertEquals(await names({ LAKE_URL: "throws.ts/lake", STATE_URL: "state" }), ["lake", "state"]);
  assertEquals(await names({ STATE_URL: "throws.ts/state" }), ["state"]);
  assertEquals([...Deno.readDirSync(line.cwd)].map(({ name }) => name), ["throws.ts"]);
});

Deno.test("doctor tries where a run stages and where workers hold their locks, too", async () => {
  await using line = await CommandLine.open();
  assertEquals((await line.run(["materialize", "vietnam/locations"])).code, 0);
  assertEquals(await failed(line, {}), []);
  for (
    const [name, place] of [["lake", "lake-simulated/_staging"], ["state", "lake-simulated.sqlite-workers"]]
  ) {
    const path = `${line.cwd}/${place}`;
    await Deno.remove(path, { recursive: true }).catch(() => {});
    assertEquals(await failed(line, {}), []);
    await Deno.writeTextFile(path, "in the way");
    const detail = `"${path}" cannot be written, wanted a folder that can be written or made`;
    assertEquals(await failed(line, {}), [{ name: name!, ok: false, detail }]);
    await Deno.remove(path);
  }
});

Deno.test("doctor shows no password of a state on PostgreSQL, however it is written", async () => {
  await using line = await CommandLine.open();
  for (const password of ["Zm9v+YmFy==", "Zm9v&YmFy", "k=7", "Zm9v%2BYmFy%3d"]) {
    const env = { STATE_URL: `postgres://user:${password}@127.0.0.1:1/db` };
    const { stdout, stderr } = await line.run(["doctor"], { env });
    assertMatch(stdout, /STATE_URL +postgres:\/\/user@127\.0\.0\.1:1\/db/);
    for (const hidden of [password, decodeURIComponent(password)]) {
      assertEquals(`${stdout}${stderr}`.includes(hidden), false, stdout);
    }
  }
});

Deno.test("doctor does not take a folder for one that can be made below /proc", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using line = await CommandLine.open();
  const [lake] = await failed(line, { LAKE_URL: "/proc/nowhere/lake", STATE_URL: "state" });
  assertEquals(lake, {
    name: "lake",
    ok: false,
    detail: '"/proc/nowhere/lake" cannot be written, wanted a folder that can be written or made',
  });
});
