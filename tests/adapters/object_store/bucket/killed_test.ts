import { assertEquals } from "@std/assert";
import { type Changes, type Lake, textsOf, threeChanges } from "../publisher_contract.ts";
import { Bucket } from "./bucket.ts";
import { bucketLake } from "./lake.ts";

const OLD = [undefined, "old 1", "old 2"];
const NEW = ["new 0", "new 1", undefined];

/** Kills a replacement at each of its changes in turn, each time in a bucket of its own, and goes on with the rest. */
async function killedAnywhere(then: (lake: Lake, changes: Changes, bucket: Bucket) => Promise<void>) {
  for (let point = 0, killed = true; killed; point++) {
    const bucket = new Bucket();
    await using lake = await bucketLake(bucket);
    const changes = await threeChanges(lake);
    bucket.changesLeft = point;
    killed = await lake.publisher.replace(changes.batch, changes.refs).then(() => false, () => true);
    bucket.changesLeft = Infinity;
    const texts = await textsOf(lake);
    for (const [i, text] of texts.entries()) assertEquals([OLD[i], NEW[i]].includes(text), true);
    await then(lake, changes, bucket);
  }
}

Deno.test("a replacement in a bucket that was killed anywhere is completed by the next", () =>
  killedAnywhere(async (lake, { batch, refs }) => {
    await lake.publisher.replace(batch, refs);
    assertEquals(await textsOf(lake), NEW);
    assertEquals((await lake.store.list("aq_prod/_versions")).length, 2);
  }));

Deno.test("a replacement in a bucket that was killed anywhere is put back, though putting back is killed, too", () =>
  killedAnywhere(async (lake, { batch, refs }, bucket) => {
    for (let point = 0, killed = true; killed; point++) {
      bucket.changesLeft = point;
      killed = await lake.publisher.revert(batch, refs).then(() => false, () => true);
    }
    bucket.changesLeft = Infinity;
    assertEquals(await textsOf(lake), OLD);
  }));
