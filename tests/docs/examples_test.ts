import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { goBack } from "./clock.ts";
import { readDocuments, ROOT } from "./document.ts";
import { Shell } from "./shell.ts";

goBack();

/** The modules by path: a file each, or a folder's `mod.ts`. */
const examples = new Map(
  [...Deno.readDirSync(join(ROOT, "examples"))].map(({ name, isDirectory }) => {
    const path = `examples/${name}${isDirectory ? "/mod.ts" : ""}`;
    return [path, Deno.readTextFileSync(join(ROOT, path))] as const;
  }),
);

for (const [path, text] of examples) {
  Deno.test(`${path} is a graph that is made, and is fresh then`, async () => {
    await using shell = await Shell.open({ GRAPH: path });
    const made = await shell.run("deno task materialize");
    assertEquals(made.code, 0, made.text);
    const again = await shell.run("deno task materialize");
    assertEquals([again.code, again.text], [0, "nothing to do: everything selected is fresh\n"]);
    assert(text.includes("sourceFile("), `${path}: names none of its own text among its sources`);
  });
}

Deno.test("the sensor of examples/shop.ts asks once for each hour that was counted once more", async () => {
  const hour = "2026-01-15T07+01:00";
  await using shell = await Shell.open({ GRAPH: "examples/shop.ts", LAKE_URL: "lake" });
  const made = await shell.run(`deno task materialize shop/tills --partition ${hour}`);
  assertEquals(made.code, 0, made.text);
  const folder = join(shell.line.cwd, "lake/recounts");
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(join(folder, hour), "");
  const done = await shell.run("deno task daemon --once");
  assert(done.text.includes("run 2 (materialize shop/tills partitions="), done.text);
  const { text } = await shell.run("deno task ticks shop/recounts");
  assert(/ requested +2 +1 run asked for\n$/.test(text), text);
  assertEquals((await shell.run("deno task daemon --once")).text, "nothing is due\n");
});

Deno.test("the rule of examples/shop.ts tells of hours that wait, until they are counted", async () => {
  await using shell = await Shell.open({
    GRAPH: "examples/shop.ts",
    LAKE_URL: "lake",
    ALERT_FILE: "alerts.jsonl",
  });
  const days = "--from 2026-01-01 --to 2026-02-28";
  const asked = await shell.run(`deno task backfill shop/tills ${days} --yes`);
  assertEquals(asked.code, 0, asked.text);
  const done = await shell.run("deno task daemon --once");
  assertEquals(done.code, 0, done.text);
  const told = Deno.readTextFileSync(join(shell.line.cwd, "alerts.jsonl")).trim().split("\n").map((line) => {
    const { event, rule, subject, message } = JSON.parse(line);
    return [event, rule, subject, message];
  });
  const waiting = "1416 hours wait to be counted";
  assertEquals(told, [
    ["opened", "queue", "shop/tills", waiting],
    ["closed", "queue", "shop/tills", `over after 0 min: ${waiting}`],
  ]);
});

for (const { name, blocks } of (await readDocuments()).values()) {
  for (const { line, lines } of blocks.filter(({ language }) => language === "ts")) {
    Deno.test(`${name}:${line} is an excerpt of an example`, () => {
      const excerpt = `${lines.map((text) => text.trim()).join("\n")}\n`;
      assert(
        [...examples.values()].some((text) => `\n${text.replaceAll(/^ +/gm, "")}`.includes(`\n${excerpt}`)),
        `${name}:${line}: found code of no file in examples/, wanted an excerpt of one, which is checked and run`,
      );
    });
  }
}
