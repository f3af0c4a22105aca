import { assert, assertEquals } from "@std/assert";
import { definer } from "../../../core/asset.ts";
import type { Check } from "../../../core/check.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { Lake } from "../../simulation/lake.ts";
import { filed, lab, whole } from "../lab.ts";
import { breaking, files, pairs, REQUEST } from "./with_files.ts";

const { asset } = definer<null>();

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
