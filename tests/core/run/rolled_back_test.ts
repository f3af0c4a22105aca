import { assertEquals, assertStringIncludes } from "@std/assert";
import { definer, from } from "../../../core/asset.ts";
import type { Check } from "../../../core/check.ts";
import { identity } from "../../../core/mapping.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { Lake } from "../../simulation/lake.ts";
import { filed, lab, whole } from "../lab.ts";

const { asset } = definer<null>();
const ALL = { assets: new Set(["t/dev", "t/prod"]), all: true, lookbackDays: 7 };
const { signal } = new AbortController();

/** Whether each partition is that of the dependency, and whether its version is not "bad". */
const checks: Check<null> = {
  checks: [
    { name: "equals_dev", severity: "blocking", against: "dev" },
    { name: "good", severity: "blocking" },
  ],
  async run({ outputs, inputs }) {
    const standing = new Map((await inputs["dev"]!.materializations()).map((each) => [each.partition, each]));
    return outputs.flatMap(({ partition, dataVersion }) => [
      { check: "equals_dev", partition, passed: standing.get(partition)?.dataVersion === dataVersion },
      { check: "good", partition, passed: dataVersion !== "bad" },
    ]);
  },
};

/** Two partitions made twice, first with this content, then with "2". */
async function promoted(first = "1") {
  const lake = new Lake();
  const content = { now: first };
  const made = (name: string) => ({
    partitions: staticKeys(["a", "b"]),
    batch: { most: 2 },
    async *materialize(
      { partitions, staging }: {
        partitions: Iterable<{ ordinal: number; key: string | null }>;
        staging: string;
      },
    ) {
      await null;
      yield [...partitions].map(({ ordinal: partition, key }) =>
        filed(lake, { staging, name, partition, key, content: content.now })
      );
    },
  });
  const dev = asset({ key: "t/dev", ...made("dev") });
  const prod = (checks: readonly Check<null>[]) =>
    asset({
      key: "t/prod",
      ...made("prod"),
      deps: { dev: from(dev, identity, { mode: "order" }) },
      checks,
    });
  // What is to be found bad later was once let through.
  const before = await lab([dev, prod([])], { lake });
  await before.materialize();
  content.now = "2";
  const { materialize, orchestrator } = await lab([dev, prod([checks])], {
    lake,
    store: before.store,
    worker: "b",
  });
  await materialize({ force: true });
  return {
    content,
    materialize,
    orchestrator,
    /** The checks of `b` that fail: name and severity. */
    async failing() {
      const found = (await orchestrator.check(ALL, signal)).find(({ asset, partition }) =>
        asset === "t/prod" && partition === "b"
      );
      return found!.results.filter(({ passed }) => !passed)
        .map(({ check, severity }) => `${check} ${severity}`);
    },
    async status() {
      const [, { partitions: { fresh }, broken, warnings }] = await orchestrator.status(
        whole(ALL.assets),
      ) as [
        unknown,
        Awaited<ReturnType<typeof orchestrator.status>>[0],
      ];
      return { fresh, broken, warnings: warnings.map(({ message }) => message) };
    },
  };
}

for (const side of ["t/prod", "t/dev"]) {
  Deno.test(`that ${side} was rolled back is no failure of what compares the two, and is told`, async () => {
    const { orchestrator, materialize, failing, status } = await promoted();
    assertEquals(await failing(), []);
    assertEquals((await orchestrator.rollback(side, "b")).status, "rolled-back");
    assertEquals(await failing(), ["equals_dev warning"]);
    const { fresh, broken, warnings } = await status();
    assertEquals([fresh, broken], [2, 0]);
    assertStringIncludes(
      warnings[0]!,
      'check "equals_dev" failed: it differs; run 4 rolled one of them back',
    );
    assertEquals((await materialize()).status, "nothing_to_do");
    assertEquals((await orchestrator.rollback(side, "b")).status, "rolled-back");
    assertEquals(await failing(), []);
  });
}

Deno.test("what is rolled back is held to all other checks", async () => {
  const { orchestrator, failing, status } = await promoted("bad");
  await orchestrator.rollback("t/prod", "b");
  assertEquals(await failing(), ["equals_dev warning", "good blocking"]);
  assertEquals((await status()).broken, 1);
});

Deno.test("what differs though neither was rolled back is a failure, whatever others were", async () => {
  const { orchestrator, materialize, content, failing } = await promoted();
  await orchestrator.rollback("t/prod", "a");
  content.now = "3";
  await materialize({ assets: new Set(["t/dev"]), force: true });
  assertEquals(await failing(), ["equals_dev blocking"]);
});
