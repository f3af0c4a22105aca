import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));

/** The contract suite of each port; those of one purpose share one. */
const SUITES: Readonly<Record<string, string>> = {
  Acts: "stateContract",
  Alerts: "stateContract",
  Backfills: "stateContract",
  Binder: "queryContract",
  Catalog: "catalogContract",
  Channel: "channelContract",
  Cron: "cronContract",
  Documents: "documentsContract",
  Engine: "engineContract",
  Folder: "folderContract",
  KeyValue: "stateContract",
  ObjectStore: "storeContract",
  Publisher: "publisherContract",
  Query: "queryContract",
  Span: "tracerContract",
  Spool: "spoolContract",
  State: "stateContract",
  Tracer: "tracerContract",
  Versions: "versionsContract",
  Workspace: "workspaceContract",
};

/** Where suites are called: those of an adapter that needs a server of its own are apart. */
const SUITES_BELOW = ["tests/adapters", "tests/aws", "tests/postgres"];

/** The suites of ports with one adapter. */
const ALONE = ["cronContract", "folderContract"];

/** A class, or a function that puts a port together. */
const IMPLEMENTS = /(?:class \w+ implements |function \w+\([^)]*\): (?=State\b))(?:port\.)?(\w+)/g;

Deno.test("every adapter passes the contract suite of its port", () => {
  const tests = new Map(SUITES_BELOW.flatMap((folder) => [...textsBelow(folder)]));
  const missing: string[] = [];
  const seen = new Set<string>();
  for (const [path, text] of textsBelow("adapters")) {
    const [, , adapter] = path.split("/");
    for (const [, port] of text.matchAll(IMPLEMENTS)) {
      if (["AsyncDisposable", "Disposable"].includes(port!)) continue;
      seen.add(port!);
      const suite = SUITES[port!];
      const call = `${suite}("${adapter}", `;
      if (suite === undefined || ![...tests.values()].some((test) => test.includes(call))) {
        missing.push(`${path} implements ${port}: ${call}…) is called nowhere`);
      }
    }
  }
  assertEquals(missing, []);
  assertEquals([...seen].sort(), Object.keys(SUITES));
});

Deno.test("every suite runs on more than one implementation, but for those whose port has one", () => {
  const tests = [...textsBelow("tests/adapters").values()].join("\n");
  for (const suite of new Set(Object.values(SUITES))) {
    const names = new Set(
      [...tests.matchAll(new RegExp(`${suite}\\("([^"]+)", `, "g"))].map(([, name]) => name),
    );
    assert(names.size > 1 || ALONE.includes(suite), `${suite}: ${[...names]}`);
  }
});

/** The texts of the modules below a folder, by their paths. */
function textsBelow(folder: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) { for (const [below, text] of textsBelow(path)) texts.set(below, text); }
    else if (name.endsWith(".ts")) texts.set(path, Deno.readTextFileSync(join(ROOT, path)));
  }
  return texts;
}
