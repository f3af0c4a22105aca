import { assertEquals } from "@std/assert";
import type { FileRef, Replacement } from "../../../../core/mod.ts";
import { FINAL, type Lake, published, staged, textAt, version } from "../publisher_contract.ts";
import { Bucket } from "./bucket.ts";
import { bucketLake } from "./lake.ts";

const DAYS = ["01", "02", "03"].map((day) => FINAL.replace("2018-01-01", `2018-01-${day}`));
const OLD = [undefined, "old 1", "old 2"];
const NEW = ["new 0", "new 1", undefined];

interface Changes {
  readonly batch: readonly Replacement[];
  readonly refs: readonly FileRef[];
}

/** One day anew, one that replaces what stands, one that goes. */
async function threeChanges(lake: Lake): Promise<Changes> {
  await published(lake, "old 1", { final: DAYS[1]! });
  await published(lake, "old 2", { final: DAYS[2]! });
  const changes = [
    await staged(lake, "new 0", { final: DAYS[0]! }),
    await staged(lake, "new 1", { final: DAYS[1]!, standing: version("v1", "old 1") }),
  ];
  const absent: Replacement = { final: DAYS[2]!, absent: true, standing: version("v2", "old 2") };
  return { batch: [...changes.map(({ change }) => change), absent], refs: changes.map(({ ref }) => ref) };
}

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

const textsOf = (lake: Lake) => Promise.all(DAYS.map((day) => textAt(lake, day)));

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
