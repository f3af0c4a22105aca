import { assertEquals } from "@std/assert";
import { CommandLine } from "./command_line.ts";

const CORE = new URL("../../core/mod.ts", import.meta.url).href;

/** Writes a module whose graph has an external asset and one that publishes `zone/KEY`, for each of some days or whole. */
async function graphOf(line: CommandLine, key: string, partitions = "undefined"): Promise<{ GRAPH: string }> {
  const lake = JSON.stringify(`${line.cwd}/lake-simulated`);
  const path = `${line.cwd}/${key}.ts`;
  await Deno.writeTextFile(
    path,
    `
    import { daily, definer, graph as graphOf } from ${JSON.stringify(CORE)};
    const { asset, external } = definer();
    const made = asset({
      key: "t/${key}",
      sources: [{ path: "${key}.ts" }],
      partitions: ${partitions},
      batch: { most: 10 },
      async *materialize({ partitions, staging }) {
        await Deno.mkdir(\`\${${lake}}/\${staging}\`, { recursive: true });
        const outputs = [];
        for (const { ordinal, key } of partitions) {
          const temporary = \`\${staging}/\${ordinal}\`;
          await Deno.writeTextFile(\`\${${lake}}/\${temporary}\`, "text");
          outputs.push({
            partition: ordinal, dataVersion: "1", staged: [{ final: \`zone/\${key ?? "whole"}\`, temporary }],
          });
        }
        yield outputs;
      },
    });
    export const graph = graphOf([made, external({ key: "t/ext" })]);
    `,
  );
  return { GRAPH: path };
}

Deno.test("a file that the graph makes is not reported as others'", async () => {
  await using line = await CommandLine.open();
  const env = await graphOf(line, "one");
  assertEquals((await line.run(["materialize", "t/one"], { env })).code, 0);
  const report = ["report", "t/ext", "--version", "1"];
  const { code, stderr } = await line.run([...report, "--file", "zone/whole"], { env });
  assertEquals(
    [code, stderr],
    [2, 'reporting "t/ext": found "zone/whole" to be a file of t/one, wanted one that others wrote\n'],
  );
  const { json: { assets } } = await line.run(["status", "t/ext", "--json"], { env });
  assertEquals(assets[0].partitions.missing, 1);
  await Deno.writeTextFile(`${line.cwd}/lake-simulated/zone/other`, "theirs");
  assertEquals((await line.run([...report, "--file", "zone/other"], { env })).code, 0);
  assertEquals((await line.run([...report, "--file", "zone/other"], { env })).code, 0);

  const { stderr: undeclared } = await line.run([...report, "--file", "zone/whole"], {
    env: await graphOf(line, "two"),
  });
  assertEquals(
    undeclared,
    'reporting "t/ext": found "zone/whole" to be a file of t/one, which the graph does not declare, ' +
      "wanted one that others wrote\n",
  );
});

Deno.test("an asset that the graph no longer declares is wiped by its key, and gives up its files' places", async () => {
  await using line = await CommandLine.open();
  const [one, two] = [await graphOf(line, "one"), await graphOf(line, "two")];
  assertEquals((await line.run(["materialize", "t/one"], { env: one })).code, 0);
  assertEquals((await line.run(["materialize", "t/two"], { env: two })).code, 1);

  const dry = await line.run(["wipe", "t/one", "--dry-run"], { env: two });
  assertEquals([dry.code, dry.stdout], [0, "t/one would be forgotten\n1 partition would be forgotten\n"]);
  const asked: string[] = [];
  const prompt = (question: string) => {
    asked.push(question);
    return Promise.resolve("n");
  };
  assertEquals((await line.run(["wipe", "t/one"], { env: two, prompt })).code, 130);
  assertEquals(asked, ["forget 1 partition of t/one? [y/N] "]);
  const ranged = await line.run(["wipe", "t/one", "--from", "2024-01-01"], { env: two });
  assertEquals([ranged.code, (await line.run(["materialize", "t/two"], { env: two })).code], [2, 1]);

  for (const partitions of [1, 0]) {
    const { code, json } = await line.run(["wipe", "t/one", "--json"], { env: two });
    assertEquals([code, json.assets], [0, [{ key: "t/one", partitions }]]);
  }
  assertEquals(await Deno.readTextFile(`${line.cwd}/lake-simulated/zone/whole`), "text", "files stay");
  assertEquals((await line.run(["materialize", "t/two"], { env: two })).code, 0);
  const { json: { assets } } = await line.run(["status", "t/one", "--json"], { env: one });
  assertEquals(assets[0].partitions.missing, 1);

  const never = await line.run(["wipe", "t/three"], { env: two });
  assertEquals([never.code, never.stderr.includes('found no asset "t/three"')], [2, true]);
});

Deno.test("an undeclared asset with partitions is wiped with --all alone", async () => {
  await using line = await CommandLine.open();
  const env = await graphOf(line, "days", `daily({ start: "2024-01-01" })`);
  const range = ["--from", "2024-01-01", "--to", "2024-01-03"];
  assertEquals((await line.run(["materialize", "t/days", ...range], { env })).code, 0);
  const other = { env: await graphOf(line, "other") };
  const refused = await line.run(["wipe", "t/days"], other);
  assertEquals(
    [refused.code, refused.stderr],
    [2, 'wiping "t/days": found an asset that the graph does not declare, wanted --all\n'],
  );
  const wiped = await line.run(["wipe", "t/days", "--all"], other);
  assertEquals([wiped.code, wiped.stdout], [0, "t/days: 3 partitions forgotten\n"]);
  const { json } = await line.run(["status", "t/days", ...range, "--json"], { env });
  assertEquals(json.assets[0].partitions.missing, 3);
});
