import { assertEquals } from "@std/assert";
import type { Lake } from "./publisher_contract.ts";

/** The contract of every object store. */
export function storeContract(name: string, open: () => Promise<Lake>): void {
  Deno.test(`${name}: reads what was written, and nothing where nothing is`, async () => {
    await using lake = await open();
    const bytes = new TextEncoder().encode("abc");
    assertEquals(await lake.store.write("zone/a/b/c.json", bytes), {
      size: 3,
      hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    });
    assertEquals(await lake.store.read("zone/a/b/c.json"), bytes);
    assertEquals(await lake.store.read("zone/a/b/d.json"), undefined);
    assertEquals(await lake.store.read("nowhere/d.json"), undefined);
  });

  Deno.test(`${name}: lists what lies at or below a folder by code unit`, async () => {
    await using lake = await open();
    const paths = ["zone/Z", "zone/a-b/x", "zone/a/x", "zone/b/y/z", "zones/x"];
    await Promise.all(paths.toReversed().map((path) => lake.store.write(path, new Uint8Array(1))));
    assertEquals(await lake.store.list("zone"), paths.slice(0, 4));
    assertEquals(await lake.store.list("zone/b"), ["zone/b/y/z"]);
    assertEquals(await lake.store.list("nowhere"), []);
    assertEquals(await lake.store.folders("zone"), ["a", "a-b", "b"]);
    assertEquals(await lake.store.folders("zone/b/y"), []);
    assertEquals(await lake.store.folders("nowhere"), []);
  });
}
