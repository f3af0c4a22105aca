import { assertEquals, assertRejects } from "@std/assert";
import type { Folder } from "../../../core/mod.ts";

/** A folder, and those who write in it; it is not there before the first does. */
export interface FolderPlace extends AsyncDisposable {
  readonly folder: Folder;
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** The contract of every folder of others' files. */
export function folderContract(name: string, open: () => Promise<FolderPlace>): void {
  Deno.test(`${name}: files are listed by name, and measured as they stand`, async () => {
    await using place = await open();
    const { folder } = place;
    const began = Date.now() - 2_000;
    await place.put("b.csv", "abc");
    await place.put("a.csv", "");
    const found = await folder.list();
    assertEquals(found.map(({ name, size }) => [name, size]), [["a.csv", 0], ["b.csv", 3]]);
    assertEquals(found.every(({ modified }) => modified >= began && modified <= Date.now() + 2_000), true);
    assertEquals(await folder.measure("b.csv"), {
      path: folder.path("b.csv"),
      size: 3,
      hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    });
  });

  Deno.test(`${name}: what is gone is neither listed nor measured`, async () => {
    await using place = await open();
    const { folder } = place;
    await assertRejects(() => folder.list(), Error, "listing");
    await place.put("a.csv", "abc");
    await place.put("b.csv", "");
    await place.remove("a.csv");
    assertEquals((await folder.list()).map(({ name }) => name), ["b.csv"]);
    assertEquals(await folder.measure("a.csv"), undefined);
  });
}
