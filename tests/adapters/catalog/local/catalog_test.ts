import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { hash } from "node:crypto";
import { dirname } from "@std/path";
import { localStorage } from "../../../../app/storage.ts";
import type { Catalog } from "../../../../core/mod.ts";
import { localLake } from "../../object_store/local/lake.ts";
import { catalogContract, TABLE, VIEW } from "../catalog_contract.ts";

class CatalogFolder implements AsyncDisposable {
  readonly catalog: Catalog;

  private constructor(readonly root: string) {
    this.catalog = localStorage(root).catalog;
  }

  static async open(): Promise<CatalogFolder> {
    return new CatalogFolder(await Deno.makeTempDir());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }

  async write(entry: string, content: unknown): Promise<void> {
    const path = `${this.root}/_catalog/${entry}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, typeof content === "string" ? content : JSON.stringify(content));
  }

  /** The problem of the entry `aq_dev.vietnam` with this content. */
  async problem(content: unknown): Promise<string> {
    await this.write("aq_dev/vietnam.json", content);
    const entry = (await this.catalog.list()).find(({ name }) => name === "vietnam");
    if (entry?.type !== "broken") throw new Error(`taken for a definition: ${JSON.stringify(content)}`);
    assertEquals(entry.database, "aq_dev");
    return entry.problem;
  }
}

catalogContract("local", localLake);

Deno.test("a definition is staged for a file of its own", async () => {
  await using folder = await CatalogFolder.open();
  for (const definition of [VIEW, TABLE]) {
    const { final } = await folder.catalog.stage(definition, "_staging/1");
    assertEquals(final, `_catalog/aq_dev/${definition.name}.json`);
  }
});

Deno.test("names that lead elsewhere are refused", async () => {
  await using folder = await CatalogFolder.open();
  await assertRejects(() => folder.catalog.stage({ ...VIEW, name: "../x" }, "s"), TypeError, 'found "../x"');
});

Deno.test("kept versions and strangers' files are no entries", async () => {
  await using folder = await CatalogFolder.open();
  await folder.write("_versions/aq_dev/0a.json", VIEW);
  await folder.write("aq_dev/numbers.json.partial", VIEW);
  await folder.write("aq_dev/a b.json", VIEW);
  assertEquals(await folder.catalog.list(), []);
});

Deno.test("a broken entry is named with its fault, and stands in no other's way", async () => {
  await using folder = await CatalogFolder.open();
  await folder.write("aq_dev/numbers.json", VIEW);
  const whole = JSON.stringify(TABLE);
  assertMatch(await folder.problem(""), /^reading "_catalog\/aq_dev\/vietnam\.json": found nothing, wanted /);
  assertMatch(await folder.problem(whole.slice(0, 100)), /found no JSON, wanted /);
  assertMatch(await folder.problem("\u0000\u0001garbage"), /found no JSON, wanted /);
  assertMatch(await folder.problem({ ...TABLE, type: "secret" }), /found a fault in "type"/);
  assertMatch(await folder.problem([]), /found a fault/);
  assertMatch(
    await folder.problem({ ...TABLE, name: "other" }),
    /found the definition of "aq_dev.other", wanted "aq_dev.vietnam"$/,
  );
  assertEquals((await folder.catalog.list())[0], VIEW);
});

Deno.test("a definition that is another than was published is broken", async () => {
  await using folder = await CatalogFolder.open();
  await folder.write("aq_dev/numbers.json", VIEW);
  const path = "_catalog/aq_dev/numbers.json";
  const bytes = await Deno.readFile(`${folder.root}/${path}`);
  const published = [{ path, size: bytes.length, hash: hash("sha256", bytes) }];
  assertEquals(await folder.catalog.list(published), [VIEW]);
  await folder.write("aq_dev/numbers.json", { ...VIEW, statement: "SELECT 'm'" });
  const [entry] = await folder.catalog.list(published);
  assertEquals(
    entry?.type === "broken" && entry.problem,
    `reading "${path}": found other bytes, wanted the definition that was published`,
  );
});

Deno.test("a forged definition is refused: names, types and places are what they may be", async () => {
  await using folder = await CatalogFolder.open();
  const column = TABLE.columns[0]!;
  const columns = (...given: object[]) => ({
    ...TABLE,
    columns: given.map((each) => ({ ...column, ...each })),
  });
  for (
    const forged of [
      { ...TABLE, database: `x"; COPY (SELECT 1) TO '/tmp/x'; --` },
      { ...TABLE, location: "../elsewhere" },
      { ...TABLE, location: "/etc" },
      { ...TABLE, location: "aq_dev/../../etc" },
      { ...TABLE, location: "aq_dev//x" },
      { ...TABLE, location: "_staging" },
      { ...TABLE, location: "aq_dev/*" },
      { ...TABLE, location: "https://example.org/x" },
      { ...TABLE, location: "" },
      { ...TABLE, format: "csv" },
      { ...TABLE, columns: [] },
      columns({ type: "int32); COPY (SELECT 1) TO '/tmp/x'; --" }),
      columns({ name: "" }),
      columns({ name: "a\nb" }),
      columns({ name: "a" }, { name: "A" }),
      { ...TABLE, columns: "all" },
      { type: "view", database: "aq_dev", name: "vietnam", statement: "" },
      { type: "view", database: "aq_dev", name: "vietnam", statement: { text: "SELECT 1" } },
    ]
  ) assertMatch(await folder.problem(forged), /^reading "_catalog\/aq_dev\/vietnam\.json": found a fault/);
});
