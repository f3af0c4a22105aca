import { assertEquals, assertRejects } from "@std/assert";
import { DAY, HOUR } from "../../../../core/mod.ts";
import { sweepAnswers } from "../../../../sources/openaq/answers.ts";
import { putWanted, wantedFrom } from "../../../../sources/openaq/wanted.ts";
import { memorySpool } from "../../../sources/openaq/parts.ts";
import { spoolContract } from "../spool_contract.ts";
import { killedAt } from "./killed.ts";
import { localLake } from "./lake.ts";

spoolContract("local", localLake);
spoolContract("memory", () => Promise.resolve({ spool: memorySpool(), async [Symbol.asyncDispose]() {} }));

Deno.test("a key that leads out of the spool is refused", async () => {
  await using lake = await localLake();
  await assertRejects(() => lake.spool.get("../c"), TypeError);
});

Deno.test("values come and go in one folder, by several at once", async () => {
  await using lake = await localLake();
  const { spool } = lake;
  await Promise.all(Array.from({ length: 4 }, async (_, i) => {
    for (let j = 0; j < 200; j++) {
      await spool.put(`a/b/c/${i}`, Uint8Array.of(j));
      await spool.delete([`a/b/c/${i}`]);
    }
  }));
  assertEquals(await spool.list(), []);
});

Deno.test("a value whose writing was killed is not there", async () => {
  await using lake = await localLake();
  const { spool } = lake;
  for (let point = 0; await killedAt(point, () => spool.put("key", Uint8Array.of(point))); point++) {
    assertEquals([await spool.list(), await spool.get("key")], [[], undefined]);
  }
  assertEquals(await spool.list(), ["key"]);
});

Deno.test("what killed processes left half-written is discarded by its age", async () => {
  await using lake = await localLake();
  const { spool } = lake;
  await spool.discardPartial(0);
  await spool.put("a/whole", Uint8Array.of(1));
  for (const name of ["a/old.1", "a/young.2"]) {
    await Deno.writeFile(`${lake.root}/_staging/answers/${name}`, Uint8Array.of(1));
  }
  const hourAgo = new Date(Date.now() - HOUR);
  for (const name of ["a/old.1", "a/whole"]) {
    await Deno.utime(`${lake.root}/_staging/answers/${name}`, hourAgo, hourAgo);
  }
  await spool.discardPartial(HOUR / 2);
  const left = [...Deno.readDirSync(`${lake.root}/_staging/answers/a`)].map(({ name }) => name).sort();
  assertEquals(left, ["whole", "young.2"]);
});

Deno.test("what is being written now is left, whatever the time of who sweeps", async () => {
  await using lake = await localLake();
  const { spool } = lake;
  const others = wantedFrom(Date.now(), [{ from: 0, to: HOUR }]);
  await putWanted(spool, others);
  const partial = `${lake.root}/_staging/answers/wanted/being.written`;
  await Deno.writeFile(partial, Uint8Array.of(1));
  const { wanted } = await sweepAnswers(spool, Date.now() + DAY);
  assertEquals(wanted.map(({ key }) => key), [others.key]);
  assertEquals(await Deno.readFile(partial), Uint8Array.of(1));
});
