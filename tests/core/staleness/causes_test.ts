import { assertEquals } from "@std/assert";
import { definer, from, sourceFile } from "../../../core/asset.ts";
import { DAY, HOUR } from "../../../core/instant.ts";
import { all, daysOfMonth, hoursOfDay, identity, latest, windows } from "../../../core/mapping.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { daily, hourly, monthly } from "../../../core/partition/time_set.ts";
import { contents, lab, NOON } from "../lab.ts";
import { nextChange } from "./next_change.ts";

const { asset, external } = definer<null>();
const start = "2024-01-31";

/** Days of hours, and a total of the days. */
function rollUp(truth: Record<string, string> = {}, code = "1") {
  const hours = external({ key: "t/hours", partitions: hourly({ start }) });
  const days = asset({
    key: "t/days",
    partitions: daily({ start, open: true }),
    deps: { hours: from(hours, hoursOfDay) },
    batch: { most: 10 },
    code,
    ...contents(truth),
  });
  const total = asset({ key: "t/total", deps: { days: from(days, all) }, ...contents({}) });
  return { hours, days, total, assets: [hours, days, total] };
}

const hourKey = (instant: number) => new Date(instant).toISOString().slice(0, 13);
const HOURS = Array.from({ length: 36 }, (_, i) => hourKey(Date.UTC(2024, 0, 31, i)));
const reports = (keys: readonly (string | null)[], dataVersion = "1") =>
  keys.map((partition) => ({ partition, dataVersion }));

async function rolledUp(truth?: Record<string, string>) {
  const built = await lab(rollUp(truth).assets);
  await built.orchestrator.report("t/hours", reports(HOURS));
  await built.materialize();
  assertEquals(await built.plan(), []);
  return built;
}

Deno.test("an input that changed is named with the range of its partitions", async () => {
  const { orchestrator, causes, plan } = await rolledUp();
  await orchestrator.report("t/hours", reports(HOURS.slice(3, 5), "2"));
  assertEquals(await causes("t/days", "2024-01-31"), ["input t/hours 2024-01-31T03..2024-01-31T04 changed"]);
  assertEquals(await causes("t/total"), ["upstream t/days 2024-01-31 stale"]);
  assertEquals(await plan(), ["t/days 2024-01-31 stale", "t/total - stale"]);
});

Deno.test("an input that came or went is named", async () => {
  const { orchestrator, causes, clock } = await rolledUp();
  await orchestrator.wipe({ assets: new Set(["t/hours"]), partitions: ["2024-01-31T07"], lookbackDays: 7 });
  assertEquals(await causes("t/days", "2024-01-31"), [
    "input t/hours 2024-01-31T07 went",
    "upstream t/hours 2024-01-31T07 missing",
  ]);
  await clock.advance(HOUR);
  assertEquals(await causes("t/days", "2024-02-01"), ["upstream t/hours 2024-02-01T12 missing"]);
  await orchestrator.report("t/hours", reports([hourKey(NOON)]));
  assertEquals(await causes("t/days", "2024-02-01"), ["input t/hours 2024-02-01T12 changed"]);
});

Deno.test("an input rebuilt to the same content, or changed back, changes nothing", async () => {
  const { orchestrator, plan } = await rolledUp();
  await orchestrator.report("t/hours", reports(HOURS));
  assertEquals(await plan(), []);
  await orchestrator.report("t/hours", reports(HOURS.slice(0, 1), "2"));
  await orchestrator.report("t/hours", reports(HOURS.slice(0, 1), "1"));
  assertEquals(await plan(), []);
});

Deno.test("a rebuilt day of the same content cuts off what reads it", async () => {
  const { orchestrator, materialize, plan } = await rolledUp();
  await orchestrator.report("t/hours", reports(HOURS.slice(0, 1), "2"));
  const { counts, assets } = await materialize();
  assertEquals(counts, { materialized: 1, unchanged: 1, failed: 0, blocked: 0 });
  assertEquals(assets.map(({ key }) => key), ["t/days"]);
  assertEquals(await plan(), []);
});

Deno.test("changed code and changed sources are causes; a changed description is none", async () => {
  const { store, lake } = await rolledUp();
  const recoded = await lab(rollUp({}, "2").assets, { store, lake });
  assertEquals(await recoded.causes("t/days"), ["code the code changed"]);
  const file = (text: string, description: string) =>
    lab([asset({ key: "t/one", description, sources: [sourceFile("one.sql")], ...contents({}) })], {
      store,
      lake,
      sources: { "one.sql": text },
    });
  await (await file("select 1", "")).materialize();
  assertEquals(await (await file("select 1", "other")).plan(), []);
  assertEquals(await (await file("select 2", "")).causes("t/one"), ["code the code changed"]);
});

Deno.test("a dependency that was declared or dropped is a cause", async () => {
  const up = external({ key: "t/up" });
  const other = external({ key: "t/other" });
  const reading = (deps: Record<string, ReturnType<typeof from>>) => [
    up,
    other,
    asset({ key: "t/down", deps, ...contents({}) }),
  ];
  const first = await lab(reading({ up: from(up, latest) }));
  await first.orchestrator.report("t/up", reports([null]));
  await first.orchestrator.report("t/other", reports([null]));
  await first.materialize();
  const { store, lake } = first;
  const second = await lab(reading({ other: from(other, latest) }), { store, lake });
  assertEquals(await second.causes("t/down"), [
    "dependency t/other a dependency was declared",
    "dependency t/up a dependency was dropped",
  ]);
  const ordered = await lab(reading({ up: from(up, latest, { mode: "order" }) }), { store, lake });
  assertEquals(await ordered.causes("t/down"), ["dependency t/up a dependency was dropped"]);
});

Deno.test("an order-only input never makes stale, and blocks while it is not fresh", async () => {
  const gate = asset({ key: "t/gate", ...contents({}), due: (_, at) => at + DAY });
  const behind = asset({
    key: "t/behind",
    deps: { gate: from(gate, latest, { mode: "order" }) },
    ...contents({}),
  });
  const { materialize, orchestrator, plan } = await lab([gate, behind]);
  const { errors } = await materialize({ assets: new Set(["t/behind"]) });
  assertEquals(errors.length, 1);
  await materialize();
  await orchestrator.wipe({ assets: new Set(["t/gate"]), lookbackDays: 7 });
  assertEquals(await plan(), ["t/gate - missing"]);
});

Deno.test("of what stands only coming and going counts, and nothing of it blocks", async () => {
  const days = external({ key: "t/days", partitions: daily({ start }) });
  const catalog = asset({
    key: "t/catalog",
    deps: { days: from(days, all, { mode: "present" }) },
    ...contents({}),
  });
  const { materialize, orchestrator, causes, plan } = await lab([days, catalog]);
  assertEquals((await materialize({ assets: new Set(["t/catalog"]) })).status, "succeeded");
  const day = "2024-01-31";
  await orchestrator.report("t/days", reports([day]));
  assertEquals(await causes("t/catalog"), ["input t/days partitions came or went"]);
  await materialize();
  await orchestrator.report("t/days", reports([day], "2"));
  assertEquals(await plan(), []);
  await orchestrator.wipe({ assets: new Set(["t/days"]), partitions: ["2024-01-31"], lookbackDays: 7 });
  assertEquals(await causes("t/catalog"), ["input t/days partitions came or went"]);
});

Deno.test("a source is due to be asked again, blocks nothing, and says when", async () => {
  const source = asset({ key: "t/source", ...contents({}), due: (_, at) => at + HOUR });
  const reader = asset({ key: "t/reader", deps: { source: from(source, latest) }, ...contents({}) });
  const { materialize, causes, plan, clock, orchestrator } = await lab([source, reader]);
  await materialize();
  assertEquals(nextChange(orchestrator.index), NOON + HOUR);
  await clock.advance(HOUR);
  assertEquals(await causes("t/source"), ["source due to be asked again"]);
  assertEquals(await plan(), ["t/source - stale"]);
  const { counts } = await materialize();
  assertEquals(counts, { materialized: 1, unchanged: 1, failed: 0, blocked: 0 });
});

Deno.test("a due mark lasts until the partition is made again", async () => {
  let mark = true;
  const source = asset({
    key: "t/source",
    partitions: staticKeys(["a", "b"]),
    batch: { most: 2 },
    async *materialize({ partitions, due }) {
      yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
      if (mark) await due([{ from: 1, to: 1 }], "sensor 7 answers again");
    },
  });
  const { materialize, causes, plan, orchestrator, store, lake } = await lab([source]);
  await materialize();
  mark = false;
  assertEquals(await causes("t/source", "b"), ["source sensor 7 answers again"]);
  assertEquals(await (await lab([source], { store, lake })).plan(), ["t/source b stale"]);
  await materialize();
  assertEquals(await plan(), []);
  assertEquals(nextChange(orchestrator.index), Infinity);
});

Deno.test("an old hour makes its day stale, and its month of 744 hours", async () => {
  const since = "2016-01-01";
  const hours = external({ key: "t/hours", partitions: hourly({ start: since }) });
  const days = asset({
    key: "t/days",
    partitions: daily({ start: since }),
    deps: { hours: from(hours, hoursOfDay) },
    batch: { most: 400 },
    ...contents({}),
  });
  const months = asset({
    key: "t/months",
    partitions: monthly({ start: since }),
    deps: { days: from(days, daysOfMonth) },
    ...contents({}),
  });
  const ofMonth = asset({
    key: "t/of_month",
    partitions: monthly({ start: since }),
    deps: { hours: from(hours, windows({})) },
    ...contents({}),
  });
  const { orchestrator, materialize, plan } = await lab([hours, days, months, ofMonth]);
  await orchestrator.report(
    "t/hours",
    reports(Array.from({ length: 744 }, (_, i) => hourKey(Date.UTC(2016, 0, 1, i)))),
  );
  await materialize({ from: since, to: "2016-01" });
  const january = { from: since, to: "2016-01" };
  assertEquals(await plan(january), []);
  await orchestrator.report("t/hours", reports([hourKey(Date.UTC(2016, 0, 1, 100))], "2"));
  assertEquals(await plan(january), [
    "t/days 2016-01-05 stale",
    "t/months 2016-01 stale",
    "t/of_month 2016-01 stale",
  ]);
});

Deno.test("an expired partition makes nothing stale, and keeps back what needs it anew", async () => {
  const raw = asset({ key: "t/raw", retention: { days: 7 }, ...contents({}) });
  const mart = asset({ key: "t/mart", deps: { raw: from(raw, identity) }, ...contents({}) });
  const { materialize, orchestrator, clock, plan } = await lab([raw, mart]);
  await materialize();
  await clock.advance(8 * DAY);
  assertEquals([...await orchestrator.prune(new Set(["t/raw"]))], [["t/raw", 1]]);
  assertEquals([...await orchestrator.prune(new Set(["t/raw"]))], [["t/raw", 0]]);
  assertEquals(await plan(), []);
  const { errors } = await materialize({ assets: new Set(["t/mart"]), force: true });
  assertEquals(errors.map(({ message }) => /expired/.test(message)), [true]);
});
