import { assert, assertEquals, assertRejects } from "@std/assert";
import { PublishError } from "../../../../core/mod.ts";
import {
  type Changes,
  FINAL,
  published,
  publisherContract,
  staged,
  textsOf,
  threeChanges,
  version,
} from "../publisher_contract.ts";
import { storeContract } from "../store_contract.ts";
import { workspaceContract } from "../workspace_contract.ts";
import { killedAt } from "./killed.ts";
import { type LocalLake, localLake } from "./lake.ts";

publisherContract("local", localLake);
storeContract("local", localLake);
workspaceContract("local", localLake);

/** Kills the work at every point in turn, each time in a lake of its own, and then goes on with the rest. */
async function atEveryPoint(
  work: (lake: LocalLake, changes: Changes) => Promise<void>,
  then: (lake: LocalLake, changes: Changes) => Promise<void>,
  least = 3,
): Promise<void> {
  for (let point = 0, killed = true; killed; point++) {
    await using lake = await localLake();
    const changes = await threeChanges(lake);
    killed = await killedAt(point, () => work(lake, changes));
    await then(lake, changes);
    assert(point > least || killed);
  }
}

Deno.test("a replacement killed anywhere shows each file old or new, and can be repeated", async () => {
  await atEveryPoint(
    (lake, { batch, refs }) => lake.publisher.replace(batch, refs),
    async (lake, { batch, refs }) => {
      const [a, b, c] = await textsOf(lake);
      assert(a === undefined || a === "new 0");
      assert(b === "old 1" || b === "new 1");
      assert(c === "old 2" || c === undefined);
      await lake.publisher.replace(batch, refs);
      assertEquals(await textsOf(lake), ["new 0", "new 1", undefined]);
      assertEquals(await lake.store.list("aq_prod/_versions"), [
        "aq_prod/_versions/marts/vietnam/measurement_date=2018-01-02/country=Vietnam/v1.snappy.parquet",
        "aq_prod/_versions/marts/vietnam/measurement_date=2018-01-03/country=Vietnam/v2.snappy.parquet",
      ]);
    },
  );
});

Deno.test("a replacement killed anywhere can be reverted", async () => {
  await atEveryPoint(
    (lake, { batch, refs }) => lake.publisher.replace(batch, refs),
    async (lake, { batch, refs }) => {
      await lake.publisher.revert(batch, refs);
      assertEquals(await textsOf(lake), [undefined, "old 1", "old 2"]);
    },
  );
});

Deno.test("a reversion killed anywhere can be repeated", async () => {
  await atEveryPoint(
    async (lake, { batch, refs }) => await lake.publisher.revert(batch, refs),
    async (lake, { batch, refs }) => {
      await lake.publisher.replace(batch, refs);
      await lake.publisher.revert(batch, refs);
      assertEquals(await textsOf(lake), [undefined, "old 1", "old 2"]);
    },
    0,
  );
  await using lake = await localLake();
  const { batch, refs } = await threeChanges(lake);
  await lake.publisher.replace(batch, refs);
  for (let point = 0; await killedAt(point, () => lake.publisher.revert(batch, refs)); point++) {
    await lake.publisher.revert(batch, refs);
    assertEquals(await textsOf(lake), [undefined, "old 1", "old 2"]);
  }
});

Deno.test("a measurement killed anywhere can be repeated", async () => {
  for (let point = 0, killed = true; killed; point++) {
    await using lake = await localLake();
    await lake.store.write("_staging/1/a", new Uint8Array(10));
    const batch = [{ final: "zone/a", temporary: "_staging/1/a" }];
    killed = await killedAt(point, () => lake.publisher.measure(batch));
    assertEquals((await lake.publisher.measure(batch)).map(({ size }) => size), [10]);
  }
});

Deno.test("a looping reader sees the old file or the new one, whole", async () => {
  await using lake = await localLake();
  const sizes = [300_000, 200_000];
  const text = (turn: number) => String(turn % 2).repeat(sizes[turn % 2]!);
  await published(lake, text(0));
  const source = `
    let reads = 0, torn = 0, stop = false;
    self.onmessage = () => stop = true;
    while (!stop) {
      const text = await Deno.readTextFile(${JSON.stringify(`${lake.root}/${FINAL}`)}).catch(() => "");
      if (text !== "0".repeat(${sizes[0]}) && text !== "1".repeat(${sizes[1]})) torn++;
      if (++reads % 20 === 0) { self.postMessage({ reads, torn }); await new Promise((go) => setTimeout(go)); }
    }
    self.postMessage({ reads, torn, done: true });`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const reader = new Worker(url, { type: "module" });
  const heard = Promise.withResolvers<{ reads: number; torn: number }>();
  let reads = 0;
  reader.onmessage = ({ data }) => {
    reads = data.reads;
    if (data.done) heard.resolve(data);
  };
  for (let turn = 1; reads < 200; turn++) {
    await published(lake, text(turn), { standing: version(`v${turn - 1}`, text(turn - 1)) });
  }
  reader.postMessage("stop");
  assertEquals((await heard.promise).torn, 0);
  reader.terminate();
  URL.revokeObjectURL(url);
});

Deno.test("links that lead out of the lake are refused", async () => {
  await using lake = await localLake();
  await published(lake, "one");
  const out = `${lake.root}/../out`;
  await Deno.mkdir(out);
  await Deno.writeTextFile(`${out}/secret`, "secret");
  await Deno.symlink(out, `${lake.root}/aq_prod/linked`);
  await assertRejects(
    () => published(lake, "two", { final: "aq_prod/linked/a/b" }),
    TypeError,
    "wanted a folder",
  );
  await assertRejects(
    () => lake.store.read("aq_prod/linked/secret"),
    TypeError,
    "wanted a path below the lake",
  );
  const secret = { path: "aq_prod/linked/secret", size: 6, hash: version("", "secret").hash! };
  await assertRejects(() => lake.publisher.remove([secret]), TypeError, "wanted a path");
  assertEquals(await lake.store.list("aq_prod"), [FINAL]);
  assertEquals((await Array.fromAsync(Deno.readDir(out))).map(({ name }) => name), ["secret"]);
});

Deno.test("a lake that cannot be written is told in one line", async () => {
  await using lake = await localLake();
  const { change, ref } = await staged(lake, "one");
  await Deno.writeTextFile(`${lake.root}/aq_prod`, "in the way");
  const error = await assertRejects(() => lake.publisher.replace([change], [ref]), TypeError);
  assertEquals(error.message, `opening "aq_prod": found a file, wanted a folder of the lake`);
  const lost = { final: "zone/a", temporary: "_staging/none" };
  assert(!(await assertRejects(() => lake.publisher.measure([lost]), PublishError)).message.includes("\n"));
});

Deno.test("a folder that lies in the place of a file is left as it is, by a reversion, too", async () => {
  await using lake = await localLake();
  for (const inside of ["something", ""]) {
    const { change, ref } = await staged(lake, "one");
    await Deno.mkdir(`${lake.root}/${FINAL}/${inside}`, { recursive: true });
    await assertRejects(
      () => lake.publisher.replace([change], [ref]),
      PublishError,
      "a folder is in its place",
    );
    await lake.publisher.clear("_staging");
    await lake.publisher.revert([change], [ref]);
    assert((await Deno.lstat(`${lake.root}/${FINAL}/${inside}`)).isDirectory);
    await Deno.remove(`${lake.root}/${FINAL}`, { recursive: true });
  }
});
