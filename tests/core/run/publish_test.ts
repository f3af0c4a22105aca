import { assert, assertEquals } from "@std/assert";
import { definer } from "../../../core/asset.ts";
import type { Check } from "../../../core/check.ts";
import { DAY } from "../../../core/instant.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { type Publisher, PublishError } from "../../../core/ports/publisher.ts";
import { Lake } from "../../simulation/lake.ts";
import { filed, lab } from "../lab.ts";

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
  const [status] = await orchestrator.status(REQUEST.assets);
  assertEquals(status?.partitions.fresh, 2);
});

Deno.test("a warning is recorded and shown, and published all the same", async () => {
  const { one, lake, content, finals } = files([refusing("warning")]);
  content["b"] = "bad";
  const { materialize, orchestrator } = await lab([one], { lake });
  const { status, warnings } = await materialize();
  assertEquals([status, finals()], ["succeeded", ["1", "bad"]]);
  assertEquals(warnings, ['t/one b: check "good" failed: found "bad"']);
  const [asset] = await orchestrator.status(REQUEST.assets);
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

Deno.test("a batch that cannot be put in place whole is put back whole", async () => {
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
    const standing = await next.state.standing("t/one", [{ from: 0, to: 1 }]);
    assertEquals(standing.map(({ event }) => event.dataVersion), finals());
  });
}
