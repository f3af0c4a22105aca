import { assert, assertEquals, assertRejects } from "@std/assert";
import { definer, from, type Observation } from "../../../core/asset.ts";
import { RequestError } from "../../../core/errors.ts";
import { daysOfMonth, identity, latest } from "../../../core/mapping.ts";
import type { FailedOutput } from "../../../core/output.ts";
import { daily, monthly } from "../../../core/partition/time_set.ts";
import { contents, lab, whole } from "../lab.ts";

const { asset, external } = definer<null>();
const days = daily({ start: "2020-01-01" });
const FRESH = { fresh: 1, stale: 0, missing: 0, failed: 0 };

/** A folder of daily files, each a version or a fault, and assets over it: a table of each day, and a join of it. */
function folder(files: Record<string, string | Error>) {
  let looks = 0;
  const source = external({
    key: "t/files",
    partitions: days,
    observe: ({ materializations }) => {
      looks++;
      assert(typeof materializations === "function");
      return Promise.resolve(
        Object.entries(files).map(([day, found]): Observation | FailedOutput =>
          found instanceof Error
            ? { partition: days.ordinal(day)!, error: found.message }
            : { partition: days.ordinal(day)!, dataVersion: found, rows: found.length }
        ),
      );
    },
  });
  const table = asset({
    key: "t/table",
    partitions: days,
    deps: { files: from(source, identity) },
    batch: { most: 10, scattered: true },
    async *materialize({ partitions, inputs }) {
      const standing = await inputs.files.materializations();
      yield [...partitions].map(({ ordinal }) => {
        const { dataVersion } = standing.find(({ partition }) => partition === ordinal)!;
        return { partition: ordinal, dataVersion: `table of ${dataVersion}` };
      });
    },
  });
  const joined = asset({
    key: "t/joined",
    partitions: days,
    deps: { table: from(table, identity) },
    ...contents({}),
  });
  const alone = asset({ key: "t/alone", ...contents({}) });
  return { assets: [source, table, joined, alone], looks: () => looks };
}

const signal = new AbortController().signal;
const OF_FOLDER = { assets: new Set(["t/files", "t/table", "t/joined"]), all: false };

async function statusOf({ orchestrator }: Awaited<ReturnType<typeof lab>>, key: string) {
  await orchestrator.look({ assets: new Set([key]), lookbackDays: 7 }, signal);
  const [found] = await orchestrator.status(whole(new Set([key])));
  const { total, fresh, stale, missing, failed } = found!.partitions;
  return { total, fresh, stale, missing, failed };
}

Deno.test("days are those that were seen, whatever the range that is asked for by default", async () => {
  const { assets } = folder({ "2020-12-30": "a", "2020-12-31": "b" });
  const l = await lab(assets);
  const made = await l.materialize(OF_FOLDER);
  assertEquals([made.status, made.counts, made.errors], [
    "succeeded",
    { materialized: 4, unchanged: 0, failed: 0, blocked: 0 },
    [],
  ]);
  assertEquals(await statusOf(l, "t/table"), { ...FRESH, total: 2, fresh: 2 });
  assertEquals(await statusOf(l, "t/files"), { ...FRESH, total: 2, fresh: 2 });
  assertEquals((await l.materialize(OF_FOLDER)).status, "nothing_to_do");
});

Deno.test("a plan and a status look, and record nothing", async () => {
  const files: Record<string, string | Error> = { "2020-12-30": "a" };
  const { assets } = folder(files);
  const l = await lab(assets);
  await l.materialize(OF_FOLDER);
  const { seq } = await l.state.snapshot([]);
  Object.assign(files, { "2020-12-30": "A", "2020-12-31": "b" });
  assertEquals(await statusOf(l, "t/table"), { total: 2, fresh: 0, stale: 1, missing: 1, failed: 0 });
  assertEquals(await l.plan(OF_FOLDER), [
    "t/table 2020-12-30 stale",
    "t/table 2020-12-31 missing",
    "t/joined 2020-12-30 stale",
    "t/joined 2020-12-31 missing",
  ]);
  assertEquals(await l.causes("t/table", "2020-12-30"), ["input t/files 2020-12-30 changed"]);
  assertEquals((await l.state.snapshot([])).seq, seq);
  // What another worker does is taken in all the same, and so is what was only supposed.
  const other = await lab(assets, { store: l.store, worker: "b" });
  assertEquals((await other.materialize(OF_FOLDER)).counts.materialized, 4);
  assertEquals(await l.plan(OF_FOLDER), []);
  assertEquals((await l.materialize(OF_FOLDER)).status, "nothing_to_do");
});

Deno.test("a file that was seen by a plan and is gone before the run was never there", async () => {
  const files: Record<string, string | Error> = { "2020-12-30": "a" };
  const { assets } = folder(files);
  const l = await lab(assets);
  await l.materialize(OF_FOLDER);
  files["2020-12-31"] = "b";
  assertEquals(await statusOf(l, "t/table"), { total: 2, fresh: 1, stale: 0, missing: 1, failed: 0 });
  delete files["2020-12-31"];
  assertEquals(await statusOf(l, "t/table"), { ...FRESH, total: 1 });
  const made = await l.materialize(OF_FOLDER);
  assertEquals([made.status, made.warnings], ["nothing_to_do", []]);
});

Deno.test("a changed file rebuilds its day alone; one that is as before rebuilds nothing", async () => {
  const files: Record<string, string | Error> = { "2020-12-30": "a", "2020-12-31": "b" };
  const { assets } = folder(files);
  const l = await lab(assets);
  await l.materialize(OF_FOLDER);
  files["2020-12-31"] = "B";
  assertEquals(await l.plan({ ...OF_FOLDER, from: "2020-12-30", to: "2020-12-30" }), []);
  await l.orchestrator.look({ ...OF_FOLDER, lookbackDays: 7 }, signal);
  files["2020-12-31"] = "b";
  assertEquals((await l.materialize(OF_FOLDER)).status, "nothing_to_do");
  files["2020-12-31"] = "C";
  const made = await l.materialize(OF_FOLDER);
  assertEquals(made.assets.map(({ key, materialized }) => [key, materialized]), [["t/table", 1], [
    "t/joined",
    1,
  ]]);
});

Deno.test("a day that cannot be told fails alone, keeps what stands, and is well again when it can be", async () => {
  const files: Record<string, string | Error> = { "2020-12-30": "a", "2020-12-31": "b" };
  const { assets } = folder(files);
  const l = await lab(assets);
  await l.materialize(OF_FOLDER);
  Object.assign(files, { "2020-12-29": new Error("two files"), "2020-12-31": new Error("two files") });
  for (const time of ["first", "second"]) {
    const made = await l.materialize(OF_FOLDER);
    assertEquals(made.status, "failed", time);
    assertEquals(made.errors.filter(({ asset }) => asset === "t/files"), [
      { asset: "t/files", partition: "2020-12-29", message: "two files" },
      { asset: "t/files", partition: "2020-12-31", message: "two files" },
    ]);
    assertEquals(
      made.errors.find(({ asset }) => asset === "t/table"),
      {
        asset: "t/table",
        partition: "2020-12-29",
        message: "needs t/files 2020-12-29, which failed or is blocked",
      },
    );
  }
  const failed = await statusOf(l, "t/files");
  assertEquals(failed, { total: 3, fresh: 2, stale: 0, missing: 1, failed: 2 });
  assertEquals((await statusOf(l, "t/table")).fresh, 2);
  Object.assign(files, { "2020-12-31": "b" });
  assertEquals(await statusOf(l, "t/files"), { total: 3, fresh: 2, stale: 0, missing: 1, failed: 1 });
});

Deno.test("a file that vanished keeps what was made of it, with a warning", async () => {
  const files: Record<string, string | Error> = { "2020-12-30": "a", "2020-12-31": "b" };
  const { assets } = folder(files);
  const l = await lab(assets);
  await l.materialize(OF_FOLDER);
  delete files["2020-12-30"];
  const made = await l.materialize(OF_FOLDER);
  assertEquals([made.status, made.warnings], [
    "nothing_to_do",
    ["t/files: 2020-12-30 found no more, what was made of it stays"],
  ]);
  assertEquals(await statusOf(l, "t/table"), { ...FRESH, total: 2, fresh: 2 });
});

/** A folder whose days are read by months, of which the set has December's last two days alone. */
async function folderOfMonths(files: Record<string, string | Error>) {
  const late = daily({ start: "2020-12-30" });
  const observe = () =>
    Promise.resolve(
      Object.entries(files).map(([day, dataVersion]) => ({
        partition: late.ordinal(day)!,
        dataVersion: String(dataVersion),
      })),
    );
  const source = external({ key: "t/files", partitions: late, observe });
  const table = asset({
    key: "t/table",
    partitions: late,
    deps: { files: from(source, identity) },
    ...contents({}),
  });
  const months = asset({
    key: "t/months",
    partitions: monthly({ start: "2020-12-30" }),
    deps: { days: from(table, daysOfMonth) },
    ...contents({}),
  });
  const l = await lab([source, table, months]);
  const assets = new Set(["t/files", "t/table", "t/months"]);
  const awaited = async (partitions?: string[]) => {
    const request = { assets, lookbackDays: 7, ...(partitions && { partitions }) };
    await l.orchestrator.look(request, signal);
    return [...l.orchestrator.awaited(request)].flatMap(([key, warnings]) =>
      warnings.map(({ partition, message }) => `${key} ${partition}: ${message}`)
    );
  };
  return { l, assets, awaited };
}

Deno.test("a month of which a part was seen waits, and says for which days", async () => {
  const files: Record<string, string | Error> = {};
  const { l, assets, awaited } = await folderOfMonths(files);
  assertEquals(await awaited(), [], "of what nothing was seen, nothing is said");
  files["2020-12-31"] = "b";
  const says = "t/months 2020-12: waits for t/table 2020-12-30, not seen so far";
  assertEquals(await awaited(), [says]);
  assertEquals(await awaited(["2020-12"]), [says]);
  const made = await l.materialize({ assets, all: false });
  assertEquals([made.status, made.counts.materialized], ["succeeded", 1]);
  files["2020-12-30"] = "a";
  assertEquals(await awaited(), []);
  assertEquals((await l.materialize({ assets, all: false })).counts.materialized, 2);
});

Deno.test("what stands is there, whatever of its inputs was forgotten", async () => {
  const files: Record<string, string | Error> = { "2020-12-30": "a", "2020-12-31": "b" };
  const { l, assets } = await folderOfMonths(files);
  await l.materialize({ assets, all: false });
  delete files["2020-12-30"];
  const day = { lookbackDays: 7, partitions: ["2020-12-30"], exact: true };
  await l.orchestrator.wipe({ ...day, assets: new Set(["t/files", "t/table"]) });
  assertEquals(await statusOf(l, "t/table"), { ...FRESH, total: 1 });
  assertEquals(await statusOf(l, "t/months"), { ...FRESH, total: 1, fresh: 0, stale: 1 });
  const held = await l.materialize({ assets, all: false });
  assertEquals([held.status, held.errors.map(({ message }) => message)], [
    "failed",
    ["needs t/table 2020-12-30, which is missing: it was not seen"],
  ]);
  const month = { lookbackDays: 7, partitions: ["2020-12"], exact: true, assets: new Set(["t/months"]) };
  assertEquals([...await l.orchestrator.wipe(month)], [["t/months", 1]]);
  assertEquals((await l.materialize({ assets, all: false })).status, "nothing_to_do");
});

Deno.test("what others wrote is not rolled back", async () => {
  const files: Record<string, string | Error> = { "2020-12-30": "a" };
  const { assets } = folder(files);
  const l = await lab(assets);
  await l.materialize(OF_FOLDER);
  files["2020-12-30"] = "b";
  await l.materialize(OF_FOLDER);
  await assertRejects(
    () => l.orchestrator.rollback("t/files", "2020-12-30"),
    RequestError,
    'rolling back "t/files": found an external asset, wanted one that the graph makes itself',
  );
  assertEquals((await l.orchestrator.rollback("t/table", "2020-12-30")).status, "rolled-back");
});

Deno.test("a folder that cannot be looked at fails, and all that was seen before goes on", async () => {
  const source = external({
    key: "t/files",
    partitions: days,
    observe: () => Promise.reject(new Error('listing "dump": found no folder')),
  });
  const table = asset({
    key: "t/table",
    partitions: days,
    deps: { files: from(source, identity) },
    ...contents({}),
  });
  const alone = asset({ key: "t/alone", ...contents({}) });
  const l = await lab([source, table, alone]);
  const made = await l.materialize();
  assertEquals([made.status, made.counts.materialized], ["failed", 1]);
  assertEquals(made.errors, [{
    asset: "t/files",
    partition: null,
    message: 'listing "dump": found no folder',
  }]);
});

Deno.test("nobody looks for what is not asked for", async () => {
  const { assets, looks } = folder({ "2020-12-31": "a" });
  const l = await lab(assets);
  await l.materialize({ assets: new Set(["t/alone"]) });
  assertEquals(looks(), 0);
  await l.materialize({ assets: new Set(["t/joined"]) });
  assertEquals(looks(), 1);
});

Deno.test("a cancelled look ends the work", async () => {
  const controller = new AbortController();
  const source = external({
    key: "t/files",
    partitions: days,
    observe: () => {
      controller.abort(new Error("enough"));
      return Promise.reject(new Error("interrupted"));
    },
  });
  const l = await lab([source]);
  await assertRejects(
    () => l.orchestrator.look({ assets: new Set(["t/files"]), lookbackDays: 7 }, controller.signal),
    Error,
    "enough",
  );
});

Deno.test("days that nobody saw yet, days seen twice and days to come are that day's failure", async () => {
  const seen = (day: string) => ({ partition: days.ordinal(day)!, dataVersion: "1" });
  const source = external({
    key: "t/files",
    partitions: days,
    observe: () => Promise.resolve([seen("2020-12-31"), seen("2020-12-31"), seen("2034-01-01")]),
  });
  const newest = asset({ key: "t/newest", deps: { files: from(source, latest) }, ...contents({}) });
  const l = await lab([source, newest]);
  const { errors } = await l.materialize();
  assertEquals(errors.filter(({ asset }) => asset === "t/files").map(({ partition }) => partition), [
    "2020-12-31",
    "2034-01-01",
  ]);
});
