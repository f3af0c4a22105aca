import { assertEquals } from "@std/assert";
import { definer, from } from "../../../core/asset.ts";
import { identity } from "../../../core/mapping.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { Lake } from "../../simulation/lake.ts";
import { contents, filed, lab, type LabOptions, whole } from "../lab.ts";

const { asset } = definer<null>();
const KEYS = ["a", "b"];
const CAUSE = "damaged a published file is gone or has other bytes";

/** Two partitions of a file each, and an asset that reads them. */
async function damageable(options: LabOptions = {}) {
  const lake = options.lake ?? new Lake();
  const content: Record<string, string> = { a: "1", b: "1" };
  const up = asset({
    key: "t/up",
    partitions: staticKeys(KEYS),
    batch: { most: 2 },
    async *materialize({ partitions, staging }) {
      yield [...partitions].map(({ ordinal: partition, key }) =>
        filed(lake, { staging, name: "up", partition, key, content: content[key!]! })
      );
    },
  });
  const down = asset({
    key: "t/down",
    partitions: staticKeys(KEYS),
    deps: { up: from(up, identity) },
    batch: { most: 2 },
    ...contents({}),
  });
  return { content, ...await lab([up, down], { ...options, lake }) };
}

const CHECK = { assets: new Set(["t/up"]), lookbackDays: 7 };
const signal = new AbortController().signal;

Deno.test("what check finds damaged is stale with that cause, and the next materialize repairs it alone", async () => {
  for (const damage of ["gone", "other bytes"]) {
    const { lake, materialize, orchestrator, plan, causes } = await damageable();
    await materialize();
    if (damage === "gone") lake.files.delete("lake/up/b");
    else lake.files.set("lake/up/b", "flipped");
    await orchestrator.check(CHECK, signal);
    assertEquals(await plan(), ["t/up b stale", "t/down b stale"]);
    assertEquals(await causes("t/up", "b"), [CAUSE]);
    assertEquals(await causes("t/down", "b"), ["upstream t/up b stale"]);
    const [status] = await orchestrator.status(whole(CHECK.assets));
    assertEquals([status!.partitions.fresh, status!.warnings.map(({ partition }) => partition)], [1, ["b"]]);
    const { status: outcome, counts } = await materialize();
    assertEquals([outcome, counts.materialized, counts.unchanged], ["succeeded", 1, 1]);
    assertEquals([lake.files.get("lake/up/b"), await plan()], ["1", []]);
  }
});

Deno.test("what is damaged holds back what reads it, where it is not repaired by the same run", async () => {
  const { lake, materialize, orchestrator } = await damageable();
  await materialize();
  lake.files.delete("lake/up/b");
  await orchestrator.check(CHECK, signal);
  const { errors } = await materialize({ assets: new Set(["t/down"]), force: true });
  assertEquals(errors.map(({ message }) => message), ['needs t/up b, which is damaged: select "+t/down"']);
});

Deno.test("a file that is put back as it was is whole again for the next check", async () => {
  const { lake, materialize, orchestrator, plan } = await damageable();
  await materialize();
  lake.files.delete("lake/up/b");
  await orchestrator.check(CHECK, signal);
  lake.files.set("lake/up/b", "1");
  await orchestrator.check(CHECK, signal);
  assertEquals(await plan(), []);
});

Deno.test("materialize notices by itself what is gone of the newest publications", async () => {
  const { lake, store, materialize } = await damageable();
  await materialize();
  lake.files.delete("lake/up/a");
  const next = await damageable({ lake, store, worker: "b" });
  assertEquals((await next.materialize()).counts.materialized, 1);
  assertEquals([lake.files.get("lake/up/a"), await next.plan()], ["1", []]);
});

Deno.test("a state that is older than its lake keeps no other version under a version's name", async () => {
  const now = await damageable();
  await now.materialize();
  const later = await damageable({ lake: now.lake });
  later.content["a"] = "2";
  await later.materialize();
  const restored = await damageable({ lake: now.lake, store: now.store, worker: "b" });
  restored.content["a"] = "3";
  await restored.materialize();
  assertEquals(now.lake.files.get("lake/up/a"), "3");
  assertEquals(await restored.orchestrator.rollback("t/up", "a"), {
    status: "no-version",
    reason: 'version "1" is not kept any more',
  });
});

Deno.test("what another is just publishing is not taken for damaged", async () => {
  const { lake, materialize, store, orchestrator, plan } = await damageable();
  await materialize();
  const other = await orchestrator.session.state.claim(1, "t/up", [{ from: 1, to: 1 }]);
  lake.files.set("lake/up/b", "2");
  await materialize({ assets: new Set(["t/down"]) });
  assertEquals(await plan(), []);
  store.claims.delete(other.granted!.token);
});

Deno.test("what cannot be made for a damaged input marks it, so that the next materialize repairs both", async () => {
  const lake = new Lake();
  const up = asset({
    key: "t/up",
    partitions: staticKeys(KEYS),
    async *materialize({ partitions: { first: { ordinal: partition, key } }, staging }) {
      yield [filed(lake, { staging, name: "up", partition, key: key!, content: "1" })];
    },
  });
  const down = asset({
    key: "t/down",
    partitions: staticKeys(KEYS),
    deps: { up: from(up, identity) },
    batch: { most: 2 },
    async *materialize({ partitions, inputs }) {
      const damaged = new Set(
        (await inputs.up!.materializations()).filter(({ files: [file] }) =>
          lake.files.get(file!.path) !== file!.hash
        )
          .map(({ partition }) => partition),
      );
      yield [...partitions].map(({ ordinal: partition }) =>
        damaged.has(partition) ? { partition, error: "reading the file" } : { partition, dataVersion: "1" }
      );
    },
  });
  const { materialize, plan } = await lab([up, down], { lake });
  await materialize();
  lake.files.set("lake/up/b", "flipped");
  const { counts } = await materialize({ assets: new Set(["t/down"]), force: true });
  assertEquals([counts.materialized, counts.failed], [1, 1]);
  assertEquals(await plan(), ["t/up b stale", "t/down b stale"]);
  assertEquals((await materialize()).status, "succeeded");
  assertEquals([lake.files.get("lake/up/b"), await plan()], ["1", []]);
});
