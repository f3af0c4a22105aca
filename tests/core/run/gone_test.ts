import { assertEquals } from "@std/assert";
import { definer, from, type Observation } from "../../../core/asset.ts";
import { daysOfMonth, identity } from "../../../core/mapping.ts";
import type { FailedOutput } from "../../../core/output.ts";
import { daily, monthly } from "../../../core/partition/time_set.ts";
import { contents, lab } from "../lab.ts";

const { asset, external } = definer<null>();
const [FIRST, SECOND, THIRD] = ["2020-12-29", "2020-12-30", "2020-12-31"] as const;
const SELECTED = {
  assets: new Set(["t/files", "t/table", "t/joined", "t/months"]),
  lookbackDays: 7,
  all: false,
};
const signal = new AbortController().signal;

/** A folder of the last files of a year, whose texts a table reads unless they are "torn"; days and months read the table. */
async function folder(files: Record<string, string | Error>) {
  const days = daily({ start: FIRST });
  const source = external({
    key: "t/files",
    partitions: days,
    observe: () =>
      Promise.resolve(
        Object.entries(files).map(([day, found]): Observation | FailedOutput =>
          found instanceof Error
            ? { partition: days.ordinal(day)!, error: found.message }
            : { partition: days.ordinal(day)!, dataVersion: found }
        ),
      ),
  });
  const table = asset({
    key: "t/table",
    partitions: days,
    deps: { files: from(source, identity) },
    batch: { most: 10, scattered: true },
    async *materialize({ partitions, inputs }) {
      const standing = new Map((await inputs.files.materializations()).map((each) => [each.key, each]));
      yield [...partitions].map(({ ordinal, key }) => {
        const found = files[key!];
        if (found === undefined) {
          return { partition: ordinal, error: `reading "${key}": there is no such file` };
        }
        if (found === "torn") return { partition: ordinal, error: `reading "${key}": it is torn` };
        return { partition: ordinal, dataVersion: `table of ${standing.get(key)!.dataVersion}` };
      });
    },
  });
  const joined = asset({
    key: "t/joined",
    partitions: days,
    deps: { table: from(table, identity) },
    ...contents({}),
  });
  const months = asset({
    key: "t/months",
    partitions: monthly({ start: FIRST }),
    deps: { days: from(table, daysOfMonth) },
    ...contents({}),
  });
  const l = await lab([source, table, joined, months]);
  const status = async () => {
    await l.orchestrator.look(SELECTED, signal);
    const found = await l.orchestrator.status(SELECTED);
    return Object.fromEntries(
      found.map(({ key, partitions: { total, fresh, stale, missing, failed, blocked } }) => [
        key.slice(2),
        Object.entries({ total, fresh, stale, missing, failed, blocked }).filter(([, n]) => n > 0)
          .map(([what, n]) => `${n} ${what}`).join(" "),
      ]),
    );
  };
  const held = () =>
    [...l.orchestrator.heldBack(SELECTED)].flatMap(([key, warnings]) =>
      warnings.map(({ message }) => `${key} ${message}`)
    );
  const awaited = () => [...l.orchestrator.awaited(SELECTED).keys()];
  return { ...l, status, held, awaited, run: () => l.materialize(SELECTED) };
}

Deno.test("a day whose file failed and vanished is one that was never there", async () => {
  const files: Record<string, string | Error> = { [FIRST]: "a", [SECOND]: "torn", [THIRD]: "c" };
  const l = await folder(files);
  const failed = await l.run();
  assertEquals([failed.status, failed.counts.failed, failed.counts.blocked], ["failed", 1, 2]);
  delete files[SECOND];
  const told = [`t/files: ${SECOND} found no more, what was made of it stays`];
  for (const time of ["first", "second"]) {
    const { status, errors, warnings } = await l.run();
    assertEquals([time, status, errors, warnings], [time, "nothing_to_do", [], told]);
  }
  assertEquals(await l.status(), {
    files: "3 total 3 fresh",
    table: "2 total 2 fresh",
    joined: "2 total 2 fresh",
    months: "",
  });
  assertEquals([await l.plan(SELECTED), l.held(), l.awaited()], [[], [], ["t/months"]]);
  files[SECOND] = "b";
  assertEquals((await l.run()).counts, { materialized: 3, unchanged: 0, failed: 0, blocked: 0 });
});

Deno.test("a day that could not be told and vanished is one that was never there", async () => {
  const files: Record<string, string | Error> = {
    [FIRST]: "a",
    [SECOND]: new Error("two files"),
    [THIRD]: "c",
  };
  const l = await folder(files);
  assertEquals((await l.run()).status, "failed");
  delete files[SECOND];
  const { status, errors, warnings } = await l.run();
  assertEquals([status, errors, warnings], ["nothing_to_do", [], []]);
  assertEquals(await l.status(), {
    files: "2 total 2 fresh",
    table: "2 total 2 fresh",
    joined: "2 total 2 fresh",
    months: "",
  });
  assertEquals([await l.plan(SELECTED), l.awaited()], [[], ["t/months"]]);
});

Deno.test("what stands of a file that could not be told and vanished stays, and is well again", async () => {
  const files: Record<string, string | Error> = { [FIRST]: "a", [SECOND]: "b", [THIRD]: "c" };
  const l = await folder(files);
  await l.run();
  files[SECOND] = new Error("two files");
  assertEquals((await l.run()).status, "failed");
  delete files[SECOND];
  const all = { files: "3 total 3 fresh", table: "3 total 3 fresh", joined: "3 total 3 fresh" };
  assertEquals(await l.status(), { ...all, months: "1 total 1 fresh" });
  const { status, errors, warnings } = await l.run();
  assertEquals([status, errors], ["nothing_to_do", []]);
  assertEquals(warnings, [`t/files: ${SECOND} found no more, what was made of it stays`]);
  assertEquals(await l.status(), { ...all, months: "1 total 1 fresh" });
});

Deno.test("a day whose other file failed and vanished stays as it was made, and is not told fresh", async () => {
  const files: Record<string, string | Error> = { [FIRST]: "a", [SECOND]: "b", [THIRD]: "c" };
  const l = await folder(files);
  await l.run();
  files[SECOND] = "torn";
  assertEquals((await l.run()).counts.failed, 1);
  delete files[SECOND];
  files[FIRST] = "A";
  const { status, counts, errors, warnings } = await l.run();
  assertEquals([status, counts.materialized, errors], ["succeeded", 2, []]);
  assertEquals(warnings, [`t/files: ${SECOND} found no more, what was made of it stays`]);
  const held = [
    `t/table ${SECOND} not fresh, and stays so: t/files ${SECOND} found no more`,
    `t/joined ${SECOND} not fresh, and stays so: t/files ${SECOND} found no more`,
    `t/months 2020-12 not fresh, and stays so: t/files ${SECOND} found no more`,
  ];
  assertEquals(l.held(), held);
  assertEquals((await l.run()).status, "nothing_to_do");
  const { table, joined, months } = await l.status();
  assertEquals([table, joined, months], [
    "3 total 2 fresh 1 stale 1 failed",
    "3 total 2 fresh 1 stale 1 blocked",
    "1 total 1 stale 1 blocked",
  ]);
  assertEquals(await l.plan(SELECTED), []);
  assertEquals(l.held(), held);
  const forced = await l.materialize({
    ...SELECTED,
    assets: new Set(["t/table"]),
    force: true,
    partitions: [SECOND],
  });
  assertEquals(forced.errors.map(({ message }) => message), [`reading "${SECOND}": there is no such file`]);

  files[SECOND] = "b";
  assertEquals((await l.run()).status, "succeeded");
  assertEquals([(await l.status()).months, l.held()], ["1 total 1 fresh", []]);
});

Deno.test("what is fresh of a file that vanished is made of it on, for what else changed", async () => {
  const files: Record<string, string | Error> = { [FIRST]: "a", [SECOND]: "b", [THIRD]: "c" };
  const l = await folder(files);
  await l.run();
  delete files[SECOND];
  files[FIRST] = "A";
  const { status, counts } = await l.run();
  assertEquals([status, counts.materialized, l.held()], ["succeeded", 3, []]);
});

Deno.test("a file that failed, vanished and is there again is read again", async () => {
  const files: Record<string, string | Error> = { [FIRST]: "torn", [SECOND]: "b", [THIRD]: "c" };
  const l = await folder(files);
  await l.run();
  delete files[FIRST];
  assertEquals((await l.run()).status, "nothing_to_do");
  assertEquals((await l.plan(SELECTED)).length, 0);
  files[FIRST] = "torn";
  const again = await l.run();
  assertEquals([again.status, again.errors[0]?.message], ["failed", `reading "${FIRST}": it is torn`]);
});
