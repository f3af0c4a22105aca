import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { NAMES } from "../../app/variables.ts";
import { commands } from "../../cli/commands.ts";
import settings from "../../deno.json" with { type: "json" };
import { readDocument, readDocuments, ROOT } from "./document.ts";

const documents = await readDocuments();
/** All but the record of what was. */
const present = [...documents.values()].filter(({ name }) => name !== "CHANGELOG.md");
const readme = documents.get("README.md")!;

Deno.test("links lead to files and headings that are there", async () => {
  const broken: string[] = [];
  for (const { name, links } of documents.values()) {
    for (const { line, target } of links.filter(({ target }) => !/^https?:/.test(target))) {
      const [path, anchor] = target.split("#");
      const to = join(dirname(name), path || name);
      const there = await isThere(to) &&
        (anchor === undefined || (documents.get(to) ?? await readDocument(to)).anchors.has(anchor));
      if (!there) broken.push(`${name}:${line}: ${target}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("files and folders that documents name are there", async () => {
  const missing: string[] = [];
  for (const { name, codes } of present) {
    for (
      const { line, target } of codes.filter(({ target }) =>
        /^[\w.-]+(\/[\w.-]+)*\/([\w-]+\.(ts|sql|json))?$/.test(target)
      )
    ) {
      if (!await isThere(target) && !await isThere(join("core", target))) {
        missing.push(`${name}:${line}: ${target}`);
      }
    }
  }
  assertEquals(missing, []);
});

Deno.test("tasks that documents name are there", () => {
  const unknown = present.flatMap(({ name, codes }) =>
    codes.flatMap(({ line, target }) => {
      const task = /\bdeno(?:@2)? task ([\w:]+)/.exec(target)?.[1];
      return task === undefined || task === "X" || task in settings.tasks ? [] : [`${name}:${line}: ${task}`];
    })
  );
  assertEquals(unknown, []);
});

Deno.test("README tells of every command and of every variable", () => {
  const told = readme.codes.map(({ target }) => target);
  const has = (name: string) => told.some((code) => new RegExp(`^${name}\\b`).test(code));
  assertEquals(Object.keys(commands).filter((name) => !has(name)), []);
  assertEquals(NAMES.filter((name) => !has(name)), []);
});

Deno.test(".env.example sets the variables that there are, and all are off", async () => {
  const lines = (await Deno.readTextFile(join(ROOT, ".env.example"))).split("\n");
  const named = lines.flatMap((line) => /^# ([A-Z_]+)=/.exec(line)?.[1] ?? []);
  assertEquals(NAMES.filter((name) => !named.includes(name)), []);
  assert(lines.every((line) => line === "" || line.startsWith("#")));
});

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(join(ROOT, path)).then(() => true, () => false);
}
