import { assertEquals, assertRejects } from "@std/assert";
import { LocalCatalog } from "../../../../adapters/catalog/local/catalog.ts";
import type { Definition } from "../../../../core/ports/catalog.ts";

const VIEW: Definition = { type: "view", database: "aq_dev", name: "numbers", statement: "SELECT 'µ'" };

async function withCatalog(body: (catalog: LocalCatalog, root: string) => Promise<void>) {
  const root = await Deno.makeTempDir();
  try {
    await body(new LocalCatalog(root), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a definition is put, replaced, read and dropped", () =>
  withCatalog(async (catalog) => {
    assertEquals(await catalog.list(), []);
    assertEquals(await catalog.get("aq_dev", "numbers"), undefined);
    await catalog.put(VIEW);
    assertEquals(await catalog.get("aq_dev", "numbers"), VIEW);
    const other = { ...VIEW, statement: "SELECT 2" };
    await catalog.put(other);
    await catalog.put({ ...VIEW, database: "aq_prod" });
    assertEquals(await catalog.list(), [other, { ...VIEW, database: "aq_prod" }]);
    await catalog.drop("aq_dev", "numbers");
    await catalog.drop("aq_dev", "numbers");
    assertEquals(await catalog.list(), [{ ...VIEW, database: "aq_prod" }]);
  }));

Deno.test("a definition is a hidden file of the lake, and nothing is left beside it", () =>
  withCatalog(async (catalog, root) => {
    await catalog.put(VIEW);
    assertEquals(Array.from(Deno.readDirSync(`${root}/_catalog/aq_dev`), ({ name }) => name), [
      "numbers.json",
    ]);
  }));

Deno.test("names that lead elsewhere are refused, broken definitions named", () =>
  withCatalog(async (catalog, root) => {
    await assertRejects(() => catalog.put({ ...VIEW, name: "../x" }), TypeError, 'found "../x"');
    await assertRejects(() => catalog.get("..", "x"), TypeError, 'found ".."');
    await catalog.put(VIEW);
    await Deno.writeTextFile(`${root}/_catalog/aq_dev/numbers.json`, "{");
    await assertRejects(() => catalog.list(), Error, "numbers.json");
  }));
