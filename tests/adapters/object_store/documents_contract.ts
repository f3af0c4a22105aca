import { assertEquals, assertNotEquals } from "@std/assert";
import type { LakeStorage } from "../../../core/mod.ts";

type Lake = Pick<LakeStorage, "documents" | "store"> & AsyncDisposable;

const PATH = "_mark.json";

/** The contract of all documents. */
export function documentsContract(name: string, open: () => Promise<Lake>): void {
  const test = (what: string, work: (lake: Lake) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using lake = await open();
      await work(lake);
    });

  test("a document is read as it was written, and nothing where nothing is", async ({ documents }) => {
    assertEquals(await documents.read(PATH), undefined);
    assertEquals(await documents.swap(PATH, '"một"', null), true);
    const first = await documents.read(PATH);
    assertEquals(first?.text, '"một"');
    assertEquals(await documents.swap(PATH, "two", first!.version), true);
    const second = await documents.read(PATH);
    assertEquals(second?.text, "two");
    assertNotEquals(second?.version, first?.version);
  });

  test("a document is written only in the place of the one that was read", async ({ documents }) => {
    assertEquals(await documents.swap(PATH, "new", "a version"), false);
    assertEquals(await documents.read(PATH), undefined);
    await documents.swap(PATH, "one", null);
    const { version } = (await documents.read(PATH))!;
    await documents.swap(PATH, "two", version);
    for (const stale of [null, version, "a version"]) {
      assertEquals(await documents.swap(PATH, "three", stale), false);
    }
    assertEquals((await documents.read(PATH))?.text, "two");
  });

  test("of those that write a document at once one wins, and nothing else is left", async (lake) => {
    const { documents, store } = lake;
    for (let round = 0; round < 5; round++) {
      const version = (await documents.read(PATH))?.version ?? null;
      const texts = Array.from({ length: 8 }, (_, i) => `${round}.${i}`);
      const won = await Promise.all(texts.map((text) => documents.swap(PATH, text, version)));
      assertEquals(won.filter(Boolean).length, 1);
      assertEquals((await documents.read(PATH))?.text, texts[won.indexOf(true)]);
    }
    await documents.swap("folder/mark", "", null);
    assertEquals(await store.list("folder"), ["folder/mark"]);
  });
}
