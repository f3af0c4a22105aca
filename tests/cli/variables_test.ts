import { assertEquals, assertStringIncludes } from "@std/assert";
import { CommandLine } from "./command_line.ts";

Deno.test("what .env has wrong ends every command with 2 before anything is done", async () => {
  await using line = await CommandLine.open();
  await Deno.writeTextFile(`${line.cwd}/.env`, 'OPENAQ_API_KEY: my-secret\nLAKE_URL="x');
  for (const command of ["status", "materialize", "doctor"]) {
    const { code, stderr, json } = await line.run([command, "--json"]);
    assertEquals([command, code, stderr], [
      command,
      2,
      '.env:1: found "OPENAQ_API_KEY:", wanted "OPENAQ_API_KEY="\n' +
      ".env:2: found LAKE_URL with a quote that is not closed, wanted its end\n",
    ]);
    assertEquals(json.errors.length, 2);
  }
  assertEquals([...Deno.readDirSync(line.cwd)].map(({ name }) => name), [".env"]);
});

Deno.test("a key behind a byte order mark is used: the data are not simulated", async () => {
  await using line = await CommandLine.open();
  await Deno.writeTextFile(`${line.cwd}/.env`, "\uFEFFOPENAQ_API_KEY=my-secret\n");
  const { stdout } = await line.run(["status"]);
  assertEquals(stdout.includes("simulated"), false);
});

Deno.test("a misspelt variable of the environment is warned of, and the command goes on", async () => {
  await using line = await CommandLine.open();
  const { code, stderr, json } = await line.run(["status", "--json"], { env: { OPENAQ_COUNTRYID: "4" } });
  assertEquals([code, Array.isArray(json.assets)], [0, true]);
  assertStringIncludes(
    stderr,
    "warning: reading the environment: found the variable OPENAQ_COUNTRYID, did you",
  );
});
