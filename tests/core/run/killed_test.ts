import { assertEquals } from "@std/assert";
import { definer } from "../../../core/asset.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import type { Publisher } from "../../../core/ports/publisher.ts";
import { filed, lab } from "../lab.ts";
import { breaking, files, KEYS, pairs } from "./with_files.ts";

const { asset } = definer<null>();

Deno.test("who is killed with some partitions in place and one that cannot be leaves them all to who comes next", async () => {
  const keys = ["a", "b", "c"];
  const { one, lake, content, texts } = pairs(keys);
  let killed = false;
  const victim = await lab([one], {
    lake,
    publisher: (publisher) =>
      Object.assign(Object.create(publisher) as Publisher, publisher, {
        revert: async (...args: Parameters<Publisher["revert"]>) => {
          await publisher.revert(...args);
          killed = true;
          await new Promise(() => {});
        },
      }),
  });
  await victim.materialize();
  content.now = "2";
  lake.closed.add("lake/second/b");
  victim.materialize({ force: true });
  while (!killed) await new Promise((go) => setTimeout(go, 1));
  victim.store.kill("a");
  const next = await lab([one], { store: victim.store, lake, worker: "b" });
  await next.materialize({ assets: new Set() });
  const wanted = ["2", "1", "2"];
  assertEquals([texts("first"), texts("second")], [wanted, wanted]);
  const standing = await next.state.materializations("t/one", [{ from: 0, to: 2 }]);
  assertEquals(standing.map(({ event }) => event.dataVersion), wanted);
  assertEquals([await next.state.claims(), await next.plan()], [[], []]);
});

for (const lost of [false, true]) {
  Deno.test(`what a killed worker had begun is ${lost ? "put back, its files gone" : "completed"}`, async () => {
    const { one, lake, content, finals } = files();
    let killed = false;
    const victim = await lab([one], {
      lake,
      publisher: (publisher) => breaking(publisher, () => killed, true),
    });
    await victim.materialize();
    killed = true;
    Object.assign(content, { a: "2", b: "2" });
    victim.materialize({ force: true });
    while (finals()[0] !== "2") await new Promise((go) => setTimeout(go, 1));
    assertEquals(finals(), ["2", "1"]);
    victim.store.kill("a");
    if (lost) { for (const path of lake.below("_staging")) lake.files.delete(path); }

    const next = await lab([one], { store: victim.store, lake, worker: "b" });
    await next.materialize();
    assertEquals(finals(), lost ? ["2", "1"] : ["2", "2"]);
    assertEquals([lake.below("_staging"), await next.state.claims(), await next.plan()], [[], [], []]);
    assertEquals((await next.state.runs(1))[0]?.status, "interrupted");
    const standing = await next.state.materializations("t/one", [{ from: 0, to: 1 }]);
    assertEquals(standing.map(({ event }) => event.dataVersion), finals());
  });
}

Deno.test("what a killed worker had begun is completed with the partitions that have no file", async () => {
  const { lake, finals } = files();
  const one = asset({
    key: "t/one",
    partitions: staticKeys(KEYS),
    batch: { most: 2 },
    async *materialize({ staging }) {
      yield [
        filed(lake, { staging, name: "one", partition: 0, key: "a", content: "1" }),
        { partition: 1, dataVersion: "empty", staged: [{ final: "lake/one/b", absent: true }] },
      ];
    },
  });
  const victim = await lab([one], {
    lake,
    publisher: (publisher) => breaking(publisher, () => true, true),
  });
  victim.materialize();
  while (finals()[0] !== "1") await new Promise((go) => setTimeout(go, 1));
  victim.store.kill("a");
  const next = await lab([one], { store: victim.store, lake, worker: "b" });
  assertEquals((await next.materialize()).status, "nothing_to_do");
  assertEquals(await next.plan(), []);
});

Deno.test("a worker whose claim passed on while it published puts nothing back", async () => {
  const { one, lake, finals } = files();
  const paused = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = await lab([one], {
    lake,
    publisher: (publisher) =>
      Object.assign(Object.create(publisher) as Publisher, publisher, {
        async replace(...[batch, measured]: Parameters<Publisher["replace"]>) {
          await publisher.replace(batch.slice(0, 1), measured.slice(0, 1));
          paused.resolve();
          await goOn.promise;
          await publisher.replace(batch, measured);
        },
      }),
  });
  const slept = slow.materialize();
  await paused.promise;
  for (const claim of slow.store.claims.values()) Object.assign(claim, { worker: null });
  const next = await lab([one], { store: slow.store, lake, worker: "b" });
  await next.materialize();
  goOn.resolve();
  await slept;
  assertEquals([finals(), await next.plan()], [["1", "1"], []]);
  const standing = await next.state.materializations("t/one", [{ from: 0, to: 1 }]);
  assertEquals(standing.map(({ event }) => event.payload.files[0]!.hash), finals());
});
