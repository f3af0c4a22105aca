import { assertEquals, assertRejects } from "@std/assert";
import { HOUR } from "../../../../core/mod.ts";
import { LocalSpool } from "../../../../adapters/object_store/local/spool.ts";
import { killedAt } from "./killed.ts";
import { localLake } from "./lake.ts";

Deno.test("the spool keeps bytes by key until they are deleted", async () => {
  await using lake = await localLake();
  const spool = new LocalSpool(lake.folder);
  assertEquals(await spool.list(), []);
  await spool.put("a/b-1", Uint8Array.of(1));
  await spool.put("c", Uint8Array.of(2));
  await spool.put("c", Uint8Array.of(3));
  assertEquals([...await new LocalSpool(lake.folder).list()].sort(), ["a/b-1", "c"]);
  assertEquals(await spool.get("c"), Uint8Array.of(3));
  await spool.delete(["a/b-1", "none"]);
  assertEquals(await spool.get("a/b-1"), undefined);
  assertEquals(await spool.list(), ["c"]);
  await assertRejects(() => spool.get("../c"), TypeError);
});

Deno.test("a value whose writing was killed is not there", async () => {
  await using lake = await localLake();
  const spool = new LocalSpool(lake.folder);
  for (let point = 0; await killedAt(point, () => spool.put("key", Uint8Array.of(point))); point++) {
    assertEquals([await spool.list(), await spool.get("key")], [[], undefined]);
  }
  assertEquals(await spool.list(), ["key"]);
});

Deno.test("what killed processes left half-written is discarded by its age", async () => {
  await using lake = await localLake();
  const spool = new LocalSpool(lake.folder);
  await spool.discardPartial(Date.now());
  await spool.put("a/whole", Uint8Array.of(1));
  for (const name of ["a/old.1", "a/young.2"]) {
    await Deno.writeFile(`${lake.root}/_staging/answers/${name}`, Uint8Array.of(1));
  }
  const hourAgo = new Date(Date.now() - HOUR);
  for (const name of ["a/old.1", "a/whole"]) {
    await Deno.utime(`${lake.root}/_staging/answers/${name}`, hourAgo, hourAgo);
  }
  await spool.discardPartial(Date.now() - HOUR / 2);
  const left = [...Deno.readDirSync(`${lake.root}/_staging/answers/a`)].map(({ name }) => name).sort();
  assertEquals(left, ["whole", "young.2"]);
});
