import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CommandLine } from "./command_line.ts";

const LAKE = "lake-simulated";

async function made(): Promise<CommandLine> {
  const line = await CommandLine.open();
  assertEquals((await line.run(["materialize", "vietnam/locations"])).code, 0);
  return line;
}

for (const damage of ["lost", "garbage", "empty"]) {
  Deno.test(`a lake whose mark is ${damage} is refused, and marked again by doctor --repair`, async () => {
    await using line = await made();
    const mark = `${line.cwd}/${LAKE}/_airgraph.json`;
    const before = await Deno.readTextFile(mark);
    if (damage === "lost") await Deno.remove(mark);
    else await Deno.writeTextFile(mark, damage === "empty" ? "" : "{");
    const refused = await line.run(["status"]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, '"doctor --repair"');
    assertEquals((await line.run(["doctor"])).code, 1);
    const { code, json } = await line.run(["doctor", "--repair", "--json"]);
    assertEquals([code, json.findings[0]], [0, {
      name: "identity",
      ok: true,
      detail: "written anew from the state",
    }]);
    assertEquals(await Deno.readTextFile(mark), before);
    assertEquals(
      (await line.run(["materialize", "vietnam/locations"])).stdout.includes("nothing to do"),
      true,
    );
    assertEquals((await line.run(["doctor", "--repair", "--json"])).json.findings[0].detail, "whole");
  });
}

Deno.test("doctor --repair marks no folder that is not the state's lake", async () => {
  await using line = await made();
  await Deno.mkdir(`${line.cwd}/elsewhere`);
  const env = { LAKE_URL: "elsewhere", STATE_URL: `${LAKE}.sqlite` };
  const { code, stderr } = await line.run(["doctor", "--repair"], { env });
  assertEquals(code, 1);
  assertMatch(stderr, /identity: repairing the lake: ".*elsewhere" holds none of the newest files/);
  assertEquals([...Deno.readDirSync(`${line.cwd}/elsewhere`)], []);
});

Deno.test("a damaged page of the state is found by doctor, which names the file and the way back", async () => {
  await using line = await made();
  const path = `${line.cwd}/${LAKE}.sqlite`;
  {
    using file = await Deno.open(path, { write: true });
    await file.seek(3 * 1024, Deno.SeekMode.Start);
    await file.write(new Uint8Array(20 * 1024).fill(0x5a));
  }
  const { code, stderr } = await line.run(["doctor"]);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /state: reading the state: ".*sqlite" is damaged \(.*\), wanted "state restore" with a copy of it/,
  );
});
