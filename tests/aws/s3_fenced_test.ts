import { assertEquals, assertRejects } from "@std/assert";
import { PublishError } from "../../core/mod.ts";
import {
  type Changes,
  FINAL,
  type Lake,
  published,
  staged,
  textAt,
  textsOf,
  threeChanges,
  version,
} from "../adapters/object_store/publisher_contract.ts";
import { BucketServer, refusal } from "./bucket_server.ts";
import { bucketLake } from "./lake.ts";

const OLD = [undefined, "old 1", "old 2"];
const NEW = ["new 0", "new 1", undefined];

const isWrite = ({ method }: Request) => method === "PUT" || method === "DELETE" || method === "POST";

const isOf = ({ url }: Request, path: string) =>
  decodeURIComponent(new URL(url).pathname).endsWith(`/${path}`);

/** Lets so many writes through, then none, as after a kill. */
function killedAfter(server: BucketServer, writes: number): void {
  server.fault = (request) => isWrite(request) && writes-- <= 0 ? refusal(400, "Killed") : undefined;
}

/** Kills a replacement at each of its writes in turn, each time in a bucket of its own, and goes on with the rest. */
async function killedAnywhere(then: (server: BucketServer, lake: Lake, changes: Changes) => Promise<void>) {
  await using server = await BucketServer.start();
  for (let point = 0, killed = true; killed; point++) {
    await using lake = await bucketLake(server);
    const changes = await threeChanges(lake);
    killedAfter(server, point);
    killed = await lake.publisher.replace(changes.batch, changes.refs).then(() => false, () => true);
    server.fault = undefined;
    for (const [i, text] of (await textsOf(lake)).entries()) {
      assertEquals([OLD[i], NEW[i]].includes(text), true);
    }
    await then(server, lake, changes);
  }
}

Deno.test("a replacement on S3 that was killed anywhere is completed by the next", () =>
  killedAnywhere(async (_, lake, { batch, refs }) => {
    await lake.publisher.replace(batch, refs);
    assertEquals(await textsOf(lake), NEW);
    assertEquals((await lake.store.list("aq_prod/_versions")).length, 2);
    assertEquals(await lake.store.list("_staging"), []);
  }));

Deno.test("a replacement on S3 that was killed anywhere is put back, though putting back is killed, too", () =>
  killedAnywhere(async (server, lake, { batch, refs }) => {
    for (let point = 0, killed = true; killed; point++) {
      killedAfter(server, point);
      killed = await lake.publisher.revert(batch, refs).then(() => false, () => true);
    }
    server.fault = undefined;
    assertEquals(await textsOf(lake), OLD);
  }));

Deno.test("who slept while publishing overwrites and removes nothing of who came after", async (test) => {
  await using server = await BucketServer.start();
  const cases = {
    "a new file": { before: undefined, absent: false },
    "in the place of another": { before: "one", absent: false },
    "taken away": { before: "one", absent: true },
  };
  for (const [name, { before, absent }] of Object.entries(cases)) {
    await test.step(name, async () => {
      await using sleeper = await bucketLake(server);
      await using other = await bucketLake(server, sleeper.url.slice("s3://".length));
      if (before !== undefined) await published(sleeper, before);
      const { change, ref } = await staged(sleeper, "of who slept");
      const changes = absent ? [{ final: FINAL, absent: true } as const] : [change];
      // It looked at what stands, and falls asleep before it writes.
      let slept = false;
      server.fault = async (request) => {
        if (!isWrite(request) || !isOf(request, FINAL)) return undefined;
        slept = true;
        server.fault = undefined;
        await published(
          other,
          "of who came after",
          before === undefined ? {} : { standing: version("v1", "one") },
        );
        return undefined;
      };
      await assertRejects(
        () => sleeper.publisher.replace(changes, absent ? [] : [ref]),
        PublishError,
        "another has written it meanwhile",
      );
      assertEquals([slept, await textAt(sleeper, FINAL)], [true, "of who came after"]);
      await sleeper.publisher.revert(changes, absent ? [] : [ref]);
      assertEquals(await textAt(sleeper, FINAL), "of who came after");
    });
  }
});

Deno.test("a write whose answer was lost is no other's", async () => {
  await using server = await BucketServer.start();
  await using lake = await bucketLake(server);
  const { change, ref } = await staged(lake, "one");
  let lost = false;
  server.fault = async (request) => {
    if (request.method !== "PUT" || !isOf(request, FINAL)) return undefined;
    server.fault = undefined;
    lost = true;
    // The write is done, and what the client hears is the answer to its second attempt.
    const headers = new Headers(request.headers);
    headers.delete("if-none-match");
    const { pathname } = new URL(request.url);
    const done = await fetch(`${server.inner}${pathname}`, {
      method: "PUT",
      headers,
      body: await request.arrayBuffer(),
    });
    await done.body?.cancel();
    return refusal(412, "PreconditionFailed");
  };
  await lake.publisher.replace([change], [ref]);
  assertEquals([lost, await textAt(lake, FINAL)], [true, "one"]);
});
