import { assert, assertEquals } from "@std/assert";
import { definer } from "../../../core/asset.ts";
import type { Check } from "../../../core/check.ts";
import { DAY } from "../../../core/instant.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { type Publisher, PublishError } from "../../../core/ports/publisher.ts";
import { Lake } from "../../simulation/lake.ts";
import { filed, lab, whole } from "../lab.ts";

const { asset } = definer<null>();
const KEYS = ["a", "b"];
const REQUEST = { assets: new Set(["t/one"]), lookbackDays: 7 };

/** An asset of two partitions, a file each, whose contents a test may change. */
function files(checks: readonly Check<null>[] = [], retention = false) {
  const lake = new Lake();
  const content: Record<string, string> = { a: "1", b: "1" };
  const one = asset({
    key: "t/one",
    partitions: staticKeys(KEYS),
    batch: { most: 2 },
    checks,
    ...(retention && { retention: { days: 7 } }),
    async *materialize({ partitions, staging }) {
      yield [...partitions].map(({ ordinal: partition, key }) =>
        filed(lake, { staging, name: "one", partition, key, content: content[key!]! })
      );
    },
  });
  const finals = () => KEYS.map((key) => lake.files.get(`lake/one/${key}`));
  return { one, lake, content, finals };
}

/** Refuses the content "bad". */
function refusing(severity: "blocking" | "warning", look: () => void = () => {}): Check<null> {
  return {
    checks: [{ name: "good", severity }],
    async run({ outputs }) {
      for (let turn = 0; turn < 5; turn++) {
        look();
        await null;
      }
      return outputs.map(({ partition, dataVersion }) => ({
        check: "good",
        partition,
        passed: dataVersion !== "bad",
        detail: `found "${dataVersion}"`,
      }));
    },
  };
}

Deno.test("what a blocking check refuses is never seen, and what stood before stays", async () => {
  const seen = new Set<string | undefined>();
  const { one, lake, content, finals } = files([refusing("blocking", () => seen.add(finals()[0]))]);
  const { materialize, plan, orchestrator } = await lab([one], { lake });
  await materialize();
  seen.clear();
  lake.changing = (path, text) => path.endsWith("/a") && seen.add(text);
  Object.assign(content, { a: "bad", b: "2" });
  const { counts, errors } = await materialize({ force: true });
  assertEquals(counts, { materialized: 1, unchanged: 0, failed: 0, blocked: 1 });
  assertEquals(errors, [{ asset: "t/one", partition: "a", message: 'check "good" failed: found "bad"' }]);
  assertEquals([[...seen], finals()], [["1"], ["1", "2"]]);
  assertEquals(lake.below("_staging"), []);
  assertEquals(await plan(), []);
  const [status] = await orchestrator.status(whole(REQUEST.assets));
  assertEquals(status?.partitions.fresh, 2);
});

Deno.test("a warning is recorded and shown, and published all the same", async () => {
  const { one, lake, content, finals } = files([refusing("warning")]);
  content["b"] = "bad";
  const { materialize, orchestrator } = await lab([one], { lake });
  const { status, warnings } = await materialize();
  assertEquals([status, finals()], ["succeeded", ["1", "bad"]]);
  assertEquals(warnings, ['t/one b: check "good" failed: found "bad"']);
  const [asset] = await orchestrator.status(whole(REQUEST.assets));
  assertEquals(asset?.checks, { passed: 1, failed: 1 });
});

Deno.test("a check that throws or gives no answer has failed", async () => {
  const broken: Check<null>[] = [
    { checks: [{ name: "x", severity: "blocking" }], run: () => Promise.reject(new Error("no such column")) },
    { checks: [{ name: "x", severity: "blocking" }], run: () => Promise.resolve([]) },
  ];
  for (
    const [check, message] of broken.map((each, i) => [each, ["no such column", "no answer"][i]!] as const)
  ) {
    const { one, lake, finals } = files([check]);
    const { materialize } = await lab([one], { lake });
    const { counts, errors } = await materialize();
    assertEquals([counts.blocked, finals()], [2, [undefined, undefined]]);
    assert(errors[0]!.message.includes(message));
  }
});

Deno.test("an output of the version that stands is published again only where the file is damaged", async () => {
  const { one, lake, finals } = files();
  const { materialize } = await lab([one], { lake });
  await materialize();
  const written: string[] = [];
  lake.changing = (path) => written.push(path);
  assertEquals((await materialize({ force: true })).counts.unchanged, 2);
  assertEquals(written, []);
  lake.files.set("lake/one/b", "damaged");
  assertEquals((await materialize({ force: true })).counts.unchanged, 2);
  assertEquals([written, finals()], [["lake/one/b"], ["1", "1"]]);
});

Deno.test("a rollback puts the version before back, fresh until something changes", async () => {
  const { one, lake, content, finals } = files();
  const { materialize, orchestrator, plan } = await lab([one], { lake });
  await materialize();
  assertEquals((await orchestrator.rollback("t/one", "a")).status, "no-version");
  content["a"] = "2";
  await materialize({ force: true });
  assertEquals(await orchestrator.rollback("t/one", "a"), {
    status: "rolled-back",
    from: "2",
    to: "1",
    rows: 1,
  });
  assertEquals([finals(), await plan()], [["1", "1"], []]);
  assertEquals((await materialize()).status, "nothing_to_do");
  await orchestrator.rollback("t/one", "a");
  assertEquals(finals(), ["2", "1"]);
  lake.files.delete("_versions/lake/one/a/1");
  assertEquals((await orchestrator.rollback("t/one", "a")).status, "no-version");
});

Deno.test("a wipe forgets and leaves the files; what was wiped is missing", async () => {
  const { one, lake, finals } = files();
  const { materialize, orchestrator, plan } = await lab([one], { lake });
  await materialize();
  assertEquals([...await orchestrator.wipe({ ...REQUEST, partitions: ["b"] })], [["t/one", 1]]);
  assertEquals([finals(), await plan()], [["1", "1"], ["t/one b missing"]]);
  await materialize();
  assertEquals(await plan(), []);
});

Deno.test("pruning deletes the files of what is old, and leaves it fresh", async () => {
  const { one, lake, finals } = files([], true);
  const { materialize, orchestrator, plan, clock } = await lab([one], { lake });
  await materialize();
  await clock.advance(7 * DAY - 1);
  await materialize({ partitions: ["b"], force: true });
  await clock.advance(1);
  assertEquals([...await orchestrator.prune(REQUEST.assets)], [["t/one", 1]]);
  assertEquals([finals(), await plan()], [[undefined, "1"], []]);
});

/** A publisher that lets the first file through and then fails; `killed` says that nothing comes after it either. */
function breaking(publisher: Publisher, breaks: () => boolean, killed: boolean): Publisher {
  return Object.assign(Object.create(publisher) as Publisher, publisher, {
    async replace(...[batch, measured]: Parameters<Publisher["replace"]>) {
      if (!breaks()) return await publisher.replace(batch, measured);
      await publisher.replace(batch.slice(0, 1), measured.slice(0, 1));
      if (killed) await new Promise(() => {});
      throw new PublishError("publishing: the disk is full");
    },
  });
}

Deno.test("of a batch that cannot be put in place each partition fails, and what stood before stands", async () => {
  const { one, lake, content, finals } = files();
  let full = false;
  const { materialize, state, plan } = await lab([one], {
    lake,
    publisher: (publisher) => breaking(publisher, () => full, false),
  });
  await materialize();
  full = true;
  Object.assign(content, { a: "2", b: "2" });
  const { counts, errors } = await materialize({ force: true });
  assertEquals([counts.failed, finals()], [2, ["1", "1"]]);
  assertEquals(errors, [{ asset: "t/one", partition: "a/b", message: "publishing: the disk is full" }]);
  assertEquals([await state.claims(), await state.recover(0), await plan()], [[], [], []]);
});

/** Partitions of two files each, whose contents a test may change. */
function pairs(keys: readonly string[]) {
  const lake = new Lake();
  const content = { now: "1" };
  const one = asset({
    key: "t/one",
    partitions: staticKeys(keys),
    batch: { most: keys.length },
    async *materialize({ partitions, staging }) {
      yield [...partitions].map(({ ordinal: partition, key }) => {
        const [first, second] = ["first", "second"].map((name) =>
          filed(lake, { staging: `${staging}/${name}`, name, partition, key, content: content.now })
        );
        return { ...first!, staged: [...first!.staged!, ...second!.staged!] };
      });
    },
  });
  const texts = (name: string) => keys.map((key) => lake.files.get(`lake/${name}/${key}`));
  return { one, lake, content, texts };
}

Deno.test("a place that cannot be written is its own partition's failure; the rest of the batch is published", async () => {
  const keys = ["a", "b", "c", "d", "e"];
  const { one, lake, content, texts } = pairs(keys);
  const { materialize, orchestrator, state } = await lab([one], { lake });
  await materialize();
  content.now = "2";
  for (const path of ["lake/second/b", "lake/first/e"]) lake.closed.add(path);
  const { counts, errors } = await materialize({ force: true });
  assertEquals(counts, { materialized: 3, unchanged: 0, failed: 2, blocked: 0 });
  assertEquals(errors.map(({ partition }) => partition), ["b", "e"]);
  for (const [i, path] of ["lake/second/b", "lake/first/e"].entries()) {
    assert(errors[i]!.message.includes(`"${path}"`), errors[i]!.message);
  }
  const wanted = ["2", "1", "2", "2", "1"];
  assertEquals([texts("first"), texts("second")], [wanted, wanted]);
  const [status] = await orchestrator.status(whole(new Set(["t/one"])));
  assertEquals([status?.partitions.failed, status?.partitions.fresh], [2, 5]);
  const standing = await state.materializations("t/one", [{ from: 0, to: 4 }]);
  assertEquals(standing.map(({ event }) => event.dataVersion), wanted);
  assertEquals([await state.claims(), await state.recover(0), lake.below("_staging")], [[], [], []]);

  lake.closed.clear();
  assertEquals((await materialize({ force: true })).counts, {
    materialized: 5,
    unchanged: 3,
    failed: 0,
    blocked: 0,
  });
  assertEquals([texts("first"), texts("second")], [Array(5).fill("2"), Array(5).fill("2")]);
});

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

Deno.test("files alongside an output are put in place with it, even where its own content stands already", async () => {
  const lake = new Lake();
  let written = 0;
  const one = asset({
    key: "t/one",
    async *materialize({ staging }) {
      lake.write(`${staging}/note`, `note ${++written}`);
      const note = { final: `lake/one/-/${written}`, temporary: `${staging}/note` };
      yield [{
        ...filed(lake, { staging, name: "one", partition: 0, key: "a", content: "1" }),
        alongside: [note],
      }];
    },
  });
  const { materialize, state } = await lab([one], { lake });
  await materialize();
  await materialize({ force: true });
  assertEquals(lake.below("lake"), ["lake/one/a", "lake/one/-/1", "lake/one/-/2"]);
  const [record] = await state.materializations("t/one", [{ from: 0, to: 0 }]);
  assertEquals(record?.event.payload.files.map(({ path }) => path), ["lake/one/a"]);
  assertEquals(lake.below("_staging"), []);
});

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

Deno.test("failures of a group are one commit, neighbours that failed alike one event", async () => {
  let commits = 0;
  const one = asset({
    key: "t/one",
    partitions: staticKeys(["a", "b", "c", "d"]),
    batch: { most: 4 },
    async *materialize({ partitions }) {
      yield [...partitions].map(({ ordinal, key }) => ({
        partition: ordinal,
        error: key === "d" ? "other" : "bad",
      }));
    },
  });
  const { materialize, store } = await lab([one], {
    state: (state) =>
      new Proxy(state, {
        get: (target, name) => {
          if (name === "commit") commits++;
          const member = Reflect.get(target, name);
          return typeof member === "function" ? member.bind(target) : member;
        },
      }),
  });
  const { counts, errors } = await materialize();
  assertEquals([counts.failed, errors.map(({ partition, message }) => [partition, message])], [4, [
    ["a/c", "bad"],
    ["d", "other"],
  ]]);
  assertEquals([commits, store.events.length], [1, 2]);
});

Deno.test("a pruning killed after its mark is completed by the next", async () => {
  const { one, lake, finals } = files([], true);
  const victim = await lab([one], {
    lake,
    publisher: (publisher) =>
      Object.assign(Object.create(publisher) as Publisher, publisher, {
        remove: () => new Promise<number>(() => {}),
      }),
  });
  await victim.materialize();
  await victim.clock.advance(7 * DAY);
  victim.orchestrator.prune(REQUEST.assets);
  while (victim.store.events.length < 3) await new Promise((go) => setTimeout(go, 1));
  victim.store.kill("a");
  const next = await lab([one], { store: victim.store, lake, clock: victim.clock, worker: "b" });
  assertEquals(finals(), ["1", "1"]);
  assertEquals([...await next.orchestrator.prune(REQUEST.assets)], [["t/one", 2]]);
  assertEquals(finals(), [undefined, undefined]);
  assertEquals([...await next.orchestrator.prune(REQUEST.assets)], [["t/one", 0]]);
});

Deno.test("a rollback puts back the newest other version, whichever of its bytes are kept", async () => {
  const { one, lake, content, finals } = files();
  const { materialize, orchestrator } = await lab([one], { lake });
  for (const next of ["1", "2", "3", "3"]) {
    content["a"] = next;
    await materialize({ force: true });
  }
  assertEquals((await orchestrator.rollback("t/one", "a")).status, "rolled-back");
  assertEquals(finals()[0], "2");
});

Deno.test("of several answers of a check the failed one counts, and only true is passed", async () => {
  const odd: [string, unknown[]][] = [["twice", [true, false]], ["twice the other way", [false, true]], [
    "text",
    ["no"],
  ]];
  for (const [what, passes] of odd) {
    const { one, lake, finals } = files([{
      checks: [{ name: "x", severity: "blocking" }],
      run: ({ outputs }) =>
        Promise.resolve(
          outputs.flatMap(({ partition }) =>
            passes.map((passed) => ({ check: "x", partition, passed: passed as boolean }))
          ),
        ),
    }]);
    const { materialize } = await lab([one], { lake });
    assertEquals([(await materialize()).counts.blocked, finals()], [2, [undefined, undefined]], what);
  }
});
