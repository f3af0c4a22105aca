import { assertEquals } from "@std/assert";
import type { Spool } from "../../../core/mod.ts";

/** The contract of every spool. @param open The spool of one place; opened again, it is the same. */
export function spoolContract(
  name: string,
  open: () => Promise<{ readonly spool: Spool } & AsyncDisposable>,
): void {
  Deno.test(`${name}: the spool keeps bytes by key until they are deleted`, async () => {
    await using place = await open();
    const { spool } = place;
    assertEquals(await spool.list(), []);
    await spool.put("a/b-1", Uint8Array.of(1));
    await spool.put("c", Uint8Array.of(2));
    await spool.put("c", Uint8Array.of(3));
    assertEquals([...await spool.list()].sort(), ["a/b-1", "c"]);
    assertEquals(await spool.get("c"), Uint8Array.of(3));
    assertEquals(await spool.list("a/"), ["a/b-1"]);
    assertEquals(await spool.list("a/b-"), ["a/b-1"]);
    assertEquals(await spool.list("a/c"), []);
    assertEquals(await spool.list("b/"), []);
    await spool.delete(["a/b-1", "none"]);
    assertEquals(await spool.get("a/b-1"), undefined);
    await spool.discardPartial(0);
    assertEquals(await spool.list(), ["c"]);
  });

  Deno.test(`${name}: the spool keeps the bytes as they were when they were put`, async () => {
    await using place = await open();
    const bytes = Uint8Array.of(1);
    await place.spool.put("a", bytes);
    bytes[0] = 2;
    assertEquals(await place.spool.get("a"), Uint8Array.of(1));
  });
}
