import { assertEquals, assertRejects } from "@std/assert";
import { LakeError } from "../../../../core/mod.ts";
import { documentsContract } from "../documents_contract.ts";
import { killedAt } from "./killed.ts";
import { localLake } from "./lake.ts";

documentsContract("local", localLake);

Deno.test("a document whose writing was killed anywhere is the old one or the new one, whole", async () => {
  for (let point = 0, killed = true; killed; point++) {
    await using lake = await localLake();
    await lake.documents.swap("mark", "old", null);
    const { version } = (await lake.documents.read("mark"))!;
    killed = await killedAt(point, async () => void await lake.documents.swap("mark", "new", version));
    const found = (await lake.documents.read("mark"))!;
    assertEquals(["old", "new"].includes(found.text), true);
    assertEquals(await lake.documents.swap("mark", "newest", found.version), true);
  }
});

Deno.test("a lake's place that is taken by a file is told in one line", async () => {
  await using lake = await localLake();
  await Deno.writeTextFile(lake.root, "in the way");
  await assertRejects(() => lake.documents.read("mark"), LakeError, "found a file at");
  await assertRejects(() => lake.make(), LakeError, "found a file at");
});

Deno.test("a lake is made with the folders that it lies in, and taken back as far as it is empty", async () => {
  await using lake = await localLake();
  assertEquals(await lake.exists(), false);
  await lake.requireWritable();
  assertEquals(await lake.exists(), false);
  const undo = await lake.make();
  assertEquals(await lake.exists(), true);
  await undo();
  assertEquals(await lake.exists(), false);
  await using marked = await localLake();
  const undoMarked = await marked.make();
  await marked.documents.swap("mark", "", null);
  await undoMarked();
  assertEquals((await marked.documents.read("mark"))?.text, "");
});
