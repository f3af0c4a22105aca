import { assertEquals } from "@std/assert";
import { tableDefinition } from "../../../assets/table/catalog.ts";
import { MART } from "../../../assets/vietnam/contract.ts";
import type { Definition, FileRef, LakeStorage, TableDefinition, ViewDefinition } from "../../../core/mod.ts";

type Lake = Pick<LakeStorage, "store" | "publisher" | "catalog"> & AsyncDisposable;

export const VIEW: ViewDefinition = {
  type: "view",
  database: "aq_dev",
  name: "numbers",
  statement: "SELECT 'µ'",
};
export const TABLE: TableDefinition = tableDefinition(MART, {
  database: "aq_dev",
  name: "vietnam",
  format: "parquet",
  location: "aq_dev/marts/vietnam",
});

/** The contract of every catalog. */
export function catalogContract(name: string, open: () => Promise<Lake>): void {
  const test = (what: string, work: (lake: Lake) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using lake = await open();
      await work(lake);
    });

  test("a definition is staged, and listed as it was once it is published", async (lake) => {
    assertEquals(await lake.catalog.list(), []);
    const published = [await publish(lake, VIEW), await publish(lake, TABLE)];
    assertEquals(await lake.catalog.list(), [VIEW, TABLE]);
    assertEquals(await lake.catalog.list(published), [VIEW, TABLE]);
  });

  test("a definition takes the place of the one before", async (lake) => {
    await publish(lake, VIEW);
    const other = { ...VIEW, statement: "SELECT 1" };
    await publish(lake, other);
    assertEquals(await lake.catalog.list(), [other]);
  });

  test("a definition that is dropped is gone alone; dropping it again is no error", async (lake) => {
    await publish(lake, VIEW);
    await publish(lake, TABLE);
    for (let time = 0; time < 2; time++) {
      await lake.catalog.drop(VIEW);
      assertEquals(await lake.catalog.list(), [TABLE]);
    }
  });
}

async function publish({ catalog, publisher }: Lake, definition: Definition): Promise<FileRef> {
  const staged = await catalog.stage(definition, "_staging/1");
  const refs = await publisher.measure([staged]);
  await publisher.replace([staged], refs);
  return refs[0]!;
}
