import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { gunzipSync, gzipSync } from "node:zlib";
import { locations } from "../../../assets/vietnam/locations.ts";
import { raw } from "../../../assets/vietnam/raw.ts";
import { answeredHours } from "../../../assets/vietnam/raw/answer_records.ts";
import { contentOf } from "../../../assets/vietnam/raw/hour_content.ts";
import { DAY, HOUR, type Instant, type OrdinalRange, SECOND } from "../../../core/mod.ts";
import type { Gap } from "../../../sources/openaq/gaps.ts";
import type { HistoryQuestion, HistoryRow, HoursGroup } from "../../../sources/openaq/question.ts";
import { localLake } from "../../adapters/object_store/local/lake.ts";
import { type MaterializationsBy, step } from "./step.ts";

const HOUR_0 = Date.parse("2018-01-01T00:00:00Z");
const ORDINAL = HOUR_0 / HOUR;
const NOW = Date.parse("2026-01-02T03:04:05.678Z");
const FOLDER = "aq_raw_prod/year=2018/month=01/day=01/hour=00";
const FIRST = `${FOLDER}/raw_openaq_20260102_030404.json.gz`;
const PM25 = { id: 21632, locationId: 7441, parameter: "pm25", unit: "µg/m³" };
const CO = { id: 7772024, locationId: 2161292, parameter: "co", unit: "ppb" };

const asset = raw({ environment: "prod", lookback: 7 * DAY });

function row(sensor: typeof PM25, value: number | null, start = HOUR_0, flagged = false): HistoryRow {
  return { sensor, start, value, flagged };
}

/** A lake whose source answers what it is told to. */
async function world() {
  const lake = await localLake();
  const standing: MaterializationsBy = new Map();
  const questions: HistoryQuestion[] = [];
  let told = 0;
  let gaps: Gap[] = [];
  const openaq = {
    locations: () =>
      Promise.resolve({
        askedAt: NOW,
        setAside: [],
        locations: [{ id: 7441, coordinates: null, sensors: [], locality: null }],
      }),
    silent: () => Promise.resolve(gaps),
    notice: () => Promise.resolve([]),
    tellOwed: () => Promise.resolve(void told++),
  };
  const ask = (
    rows: readonly HistoryRow[],
    { now = NOW, hours = 1, ranges, forced = false, marked = [] }: {
      readonly now?: Instant;
      /** So many from the first one on, in the place of `ranges`. */
      readonly hours?: number;
      readonly ranges?: readonly OrdinalRange[];
      readonly forced?: boolean;
      readonly marked?: readonly OrdinalRange[];
    } = {},
  ) => {
    async function* answer(question: HistoryQuestion): AsyncGenerator<HoursGroup> {
      questions.push(question);
      const hours = question.ranges.flatMap(({ from, to }) =>
        Array.from({ length: (to - from) / HOUR }, (_, i) => from + i * HOUR)
      );
      for (const hour of hours) {
        const own = rows.filter(({ start }) => Math.floor(start / HOUR) === hour / HOUR);
        const hourRows = {
          hour,
          rows: own,
          setAside: { longPeriod: hour === HOUR_0 ? 2 : 0, noPeriod: 0, unusable: [] },
        };
        yield await Promise.resolve({
          ranges: [{ from: hour, to: hour + HOUR }],
          askedAt: now - SECOND,
          hours: [hourRows],
        });
      }
    }
    return step(asset, {
      lake,
      standing,
      now,
      forced,
      resources: { openaq: { ...openaq, hours: answer } },
      ranges: ranges ?? [{ from: ORDINAL, to: ORDINAL + hours - 1 }],
      marked,
    });
  };
  await step(locations, { lake, standing, now: NOW, resources: { openaq } });
  return {
    lake,
    standing,
    questions,
    told: () => told,
    ask,
    setGaps: (to: Gap[]) => gaps = to,
    files: () => lake.store.list("aq_raw_prod/year=2018"),
    text: async (path: string) => new TextDecoder().decode(gunzipSync((await lake.store.read(path))!)),
    [Symbol.asyncDispose]: () => lake[Symbol.asyncDispose](),
  };
}

Deno.test("an hour is recorded as answered, fields in order, by hour and second", async () => {
  await using w = await world();
  const rows = [row(PM25, 12.5), row(CO, null, HOUR_0 + 10 * 60 * SECOND, true)];
  const { outputs: [output] } = await w.ask(rows);
  assertEquals(await w.files(), [FIRST]);
  assertEquals(
    await w.text(FIRST),
    `{"location_id":7441,"sensor_id":21632,"parameter":"pm25","value":12.5,"unit":"µg/m³",` +
      `"datetime":"2018-01-01T00:00:00Z","location_name":null,"city":null,"country":null,"latitude":null,` +
      `"longitude":null,"has_flags":false,"extracted_at":"2026-01-02T03:04:04Z"}\n` +
      `{"location_id":2161292,"sensor_id":7772024,"parameter":"co","value":null,"unit":"ppb",` +
      `"datetime":"2018-01-01T00:10:00Z","location_name":null,"city":null,"country":null,"latitude":null,` +
      `"longitude":null,"has_flags":true,"extracted_at":"2026-01-02T03:04:04Z"}\n`,
  );
  assertEquals(output!.rows, 2);
  assertEquals(output!.asOf, NOW - SECOND);
  assertEquals(output!.metadata, { long_period: { type: "number", value: 2 } });
});

Deno.test("what is read from the file is the content that was answered", async () => {
  await using w = await world();
  const rows = [row(PM25, 0.1 + 0.2), row(PM25, 0.1 + 0.2), row(CO, -999, HOUR_0 + 1, true), row(CO, null)];
  const { outputs: [first] } = await w.ask(rows);
  const { outputs: [again] } = await w.ask(rows.toReversed(), { now: NOW + HOUR });
  assertEquals(first!.dataVersion, contentOf(rows).dataVersion);
  assertEquals(again!.dataVersion, first!.dataVersion);
  assertEquals([again!.rows, again!.staged, again!.kept?.map(({ path }) => path)], [4, [], [FIRST]]);
});

Deno.test("late and changed rows add a file; rows gone upstream stay", async () => {
  await using w = await world();
  await w.ask([row(PM25, 1), row(PM25, 1), row(CO, 2)]);
  const { outputs: [changed] } = await w.ask([row(PM25, 3), row(CO, 2), row(CO, 5, HOUR_0 + 1)]);
  const second = `${FOLDER}/raw_openaq_20260102_030405.json.gz`;
  assertEquals(await w.files(), [FIRST, second]);
  assertEquals(
    changed!.dataVersion,
    contentOf([row(PM25, 3), row(CO, 2), row(CO, 5, HOUR_0 + 1)]).dataVersion,
  );
  assertEquals(changed!.rows, 3);

  const { outputs: [gone] } = await w.ask([row(CO, 2)], { now: NOW + DAY });
  assertEquals([gone!.dataVersion, gone!.staged], [changed!.dataVersion, []]);
  const { outputs: [back] } = await w.ask([row(PM25, 1), row(PM25, 1)], { now: NOW + DAY });
  assertEquals(
    back!.dataVersion,
    contentOf([row(PM25, 1), row(PM25, 1), row(CO, 2), row(CO, 5, HOUR_0 + 1)]).dataVersion,
  );
  assertEquals((await w.files()).length, 3);
});

Deno.test("a file that a killed run left is taken over", async () => {
  await using w = await world();
  const { outputs: [first] } = await w.ask([row(PM25, 1)]);
  w.standing.delete(asset.key);
  const { outputs: [same] } = await w.ask([row(PM25, 1)], { now: NOW + HOUR });
  assertEquals([same!.dataVersion, same!.staged], [first!.dataVersion, []]);
  assertEquals(same!.kept?.map(({ path }) => path), [FIRST]);
  w.standing.delete(asset.key);
  const { outputs: [more] } = await w.ask([row(CO, 1)]);
  assertEquals(more!.dataVersion, contentOf([row(PM25, 1), row(CO, 1)]).dataVersion);
  assertEquals((await w.files()).length, 2);
});

Deno.test("an hour without rows has no file and the version of the empty set", async () => {
  await using w = await world();
  const { outputs } = await w.ask([row(CO, 1, HOUR_0 + HOUR)], { hours: 3 });
  assertEquals(outputs.map(({ rows, staged }) => [rows, staged?.length]), [[0, 0], [1, 1], [0, 0]]);
  assertEquals(outputs[0]!.dataVersion, outputs[2]!.dataVersion);
  assertEquals(outputs[0]!.dataVersion, contentOf([]).dataVersion);
  assertNotEquals(outputs[0]!.dataVersion, outputs[1]!.dataVersion);
});

Deno.test("a file of another hour is named and left out, where it lies", async () => {
  await using w = await world();
  const rows = [row(PM25, 1), row(PM25, 2, HOUR_0 + HOUR)];
  const { outputs: [, alone] } = await w.ask(rows, { hours: 2 });
  const stranger = `${FOLDER.replace(/0$/, "1")}/raw_openaq_20250101_000000.json.gz`;
  await Deno.copyFile(`${w.lake.root}/${FIRST}`, `${w.lake.root}/${stranger}`);
  const { outputs: [own, beside] } = await w.ask(rows, { hours: 2, now: NOW + DAY, forced: true });
  assertEquals([beside!.dataVersion, beside!.rows, beside!.staged], [alone!.dataVersion, 1, []]);
  assertEquals(beside!.kept?.map(({ path }) => path), [FIRST.replace("hour=00", "hour=01")]);
  assertEquals(beside!.metadata?.strangers, { type: "text", value: stranger });
  assertEquals(own!.metadata?.strangers, undefined);
  assert((await w.files()).includes(stranger));
  const check = asset.checks.find(({ checks }) => checks[0]!.name === "files_own")!;
  const audited = [own!, beside!].map((each) => ({
    key: null,
    rows: 1,
    files: [],
    ...each,
    metadata: each.metadata!,
  }));
  const results = await check.run({ outputs: audited } as unknown as Parameters<typeof check.run>[0]);
  assertEquals(results.map(({ passed }) => passed), [true, false]);
  assertStringIncludes(results[1]!.detail!, `left out "${stranger}"`);
});

const DAMAGES: readonly [string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>][] = [
  ["is cut short", (bytes) => bytes.subarray(0, bytes.length - 9)],
  ["is garbage", () => new TextEncoder().encode("no gzip")],
  ["holds other rows", () => gzipSync(`{"location_id":1}\n`)],
];

for (const [what, damage] of DAMAGES) {
  Deno.test(`a recorded file that ${what} is replaced by what is answered, and named where that is nothing`, async () => {
    await using w = await world();
    const { outputs: [whole] } = await w.ask([row(PM25, 1), row(PM25, 1, HOUR_0 + HOUR)], { hours: 2 });
    const path = `${w.lake.root}/${FIRST}`;
    await Deno.writeFile(path, damage(await Deno.readFile(path)));

    const nothing = await w.ask([row(PM25, 2, HOUR_0 + HOUR)], { hours: 2 });
    assertEquals(nothing.outputs.map(({ partition }) => partition), [ORDINAL + 1]);
    assertEquals(nothing.failures.map(({ partition }) => partition), [ORDINAL]);
    const { error } = nothing.failures[0]!;
    assertStringIncludes(error, `reading "${FIRST}": `);
    assertStringIncludes(error, "as recorded, or rows that OpenAQ still answers");
    assertEquals(error.includes("\n"), false);

    const { outputs: [again] } = await w.ask([row(PM25, 1)]);
    assertEquals(again!.dataVersion, whole!.dataVersion);
    assertEquals(again!.kept, []);
    assertEquals((await w.files()).includes(FIRST), false);
  });
}

Deno.test("what sensors owe is added to what is there, and to nothing else", async () => {
  await using w = await world();
  const marked = [{ from: ORDINAL, to: ORDINAL }];
  await w.ask([row(PM25, 1)]);
  const { outputs: [more] } = await w.ask([row(CO, 2)], { marked });
  assertEquals(more!.dataVersion, contentOf([row(PM25, 1), row(CO, 2)]).dataVersion);
  assertEquals(w.questions[1]!.owed, [{ from: HOUR_0, to: HOUR_0 + HOUR }]);
  assertEquals((await w.questions[1]!.recorded!())(HOUR_0), Date.parse("2026-01-02T03:04:05Z"));

  const path = `${w.lake.root}/${FIRST}`;
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, DAMAGES[0]![1](bytes));
  const damaged = await w.ask([row(CO, 3)], { marked });
  assertStringIncludes(damaged.failures[0]!.error, "as recorded, or --force, which asks all sensors");
  await Deno.remove(path);
  const lost = await w.ask([row(CO, 3)], { marked });
  assertStringIncludes(lost.failures[0]!.error, `reading "${FIRST}": it is gone`);
});

Deno.test("an hour that a later state had more rows of is not taken in without them", async () => {
  await using w = await world();
  const marked = [{ from: ORDINAL, to: ORDINAL }];
  await w.ask([row(PM25, 1)]);
  const earlier = new Map(w.standing.get(asset.key));
  const { outputs: [later] } = await w.ask([row(PM25, 1), row(CO, 2)], { now: NOW + DAY });
  w.standing.set(asset.key, new Map(earlier));
  const { outputs: [taken] } = await w.ask([], { now: NOW + 2 * DAY, marked });
  assertEquals([taken!.dataVersion, taken!.rows], [later!.dataVersion, 2]);

  w.standing.set(asset.key, earlier);
  const [, second] = await w.files();
  await Deno.remove(`${w.lake.root}/${second}`);
  const lost = await w.ask([], { now: NOW + 2 * DAY, marked });
  assertEquals(lost.failures.map(({ error }) => error), [
    `reading "${FOLDER}": its files hold 1 rows, wanted the 2 that were recorded, or --force, which asks all sensors`,
  ]);
});

Deno.test("an hour that a later state had other values of is not taken in without them", async () => {
  await using w = await world();
  const marked = [{ from: ORDINAL, to: ORDINAL }];
  await w.ask([row(PM25, 1)]);
  const earlier = new Map(w.standing.get(asset.key));
  await w.ask([row(PM25, 2)], { now: NOW + DAY });
  w.standing.set(asset.key, earlier);
  const [, second] = await w.files();
  await Deno.remove(`${w.lake.root}/${second}`);
  const lost = await w.ask([], { now: NOW + 2 * DAY, marked });
  assertEquals(lost.failures.map(({ error }) => error), [
    `reading "${FOLDER}": its files hold other values than were recorded last, wanted those, or --force, which asks all sensors`,
  ]);
  const { outputs: [whole] } = await w.ask([row(PM25, 2)], { now: NOW + 3 * DAY, forced: true });
  assertEquals(whole!.rows, 1);
});

Deno.test("a file that no state knows and that is no gzip fails its hour", async () => {
  await using w = await world();
  await w.lake.store.write(FIRST, new TextEncoder().encode("no gzip"));
  const { failures } = await w.ask([row(PM25, 1)]);
  assertStringIncludes(failures[0]!.error, `reading "${FIRST}": `);
  assertStringIncludes(failures[0]!.error, "wanted whole records in gzip");
});

Deno.test("a broken record is named by its field", async () => {
  await using w = await world();
  await w.lake.store.write(
    FIRST,
    new Uint8Array(
      await new Response(
        new Blob([`{"location_id":1,"sensor_id":2,"extracted_at":"2026-01-02T03:04:04Z"}\n`]).stream()
          .pipeThrough(new CompressionStream("gzip")),
      ).arrayBuffer(),
    ),
  );
  const { failures } = await w.ask([row(PM25, 1)]);
  assertEquals(failures[0]!.error, `reading "${FIRST}": a record's "datetime" is undefined, wanted a time`);
});

Deno.test("a lake that cannot be written ends the step in one line", async () => {
  await using w = await world();
  await Deno.remove(`${w.lake.root}/_staging`, { recursive: true });
  await Deno.writeTextFile(`${w.lake.root}/_staging`, "in the way");
  const error = await assertRejects(() => w.ask([row(PM25, 1)], { hours: 3 }));
  assert(error instanceof Error && !error.message.includes("\n"));
  assertEquals(await w.files(), []);
});

Deno.test("the source is asked for the whole run, and again for what is due", async () => {
  await using w = await world();
  await w.ask([], { hours: 3, forced: true });
  const [question] = w.questions;
  assertEquals([question!.ranges, question!.forced], [[{ from: HOUR_0, to: HOUR_0 + 3 * HOUR }], true]);
  assertEquals(question!.locations.askedAt, NOW);
  const yesterday = NOW - DAY;
  assertEquals(question!.stillGood(HOUR_0, HOUR_0 + 2 * HOUR), false);
  assertEquals(question!.stillGood(HOUR_0, yesterday), true);
  await w.ask([], { hours: 3 });
  assertEquals(w.questions[1]!.forced, false);
});

Deno.test("hours without a sensor that is set aside or gone say so; after each step, what is owed is told", async () => {
  await using w = await world();
  const gap = { sensor: 9, message: "500", since: NOW, probed: NOW, gone: null, told: null };
  const ranges = [{ from: HOUR_0 + HOUR, to: HOUR_0 + 3 * HOUR }];
  w.setGaps([{ ...gap, ranges, recovered: false }]);
  const { outputs } = await w.ask([], { hours: 2 });
  assertEquals(outputs.map(({ metadata }) => metadata!.sensors_set_aside?.value), [undefined, "9"]);
  w.setGaps([{ ...gap, ranges, recovered: true, gone: NOW }]);
  const { outputs: [, second] } = await w.ask([], { hours: 2 });
  assertEquals([second!.metadata!.sensors_set_aside?.value, w.told()], ["9", 2]);
});

Deno.test("each group leaves a record of what was asked, empty hours too, in place after its files", async () => {
  await using w = await world();
  const gap = {
    sensor: 9,
    message: "500",
    since: NOW,
    probed: NOW,
    recovered: false,
    gone: null,
    told: null,
  };
  w.setGaps([{ ...gap, ranges: [{ from: HOUR_0 + 2 * HOUR, to: HOUR_0 + 3 * HOUR }] }]);
  const { outputs } = await w.ask([row(PM25, 1), row(PM25, 2), row(CO, 1)], { hours: 3 });
  assertEquals(outputs.map(({ alongside }) => alongside?.length), [1, 1, 1]); // the source gave three groups
  const common = { askedAt: NOW - SECOND, extractedAt: NOW - SECOND };
  const { hours, damaged } = await answeredHours(w.lake.store, "aq_raw_prod");
  assertEquals(damaged, []);
  const [full, , empty] = outputs.map(({ dataVersion }) => dataVersion.slice(0, 8));
  assertEquals(hours, [
    { hour: HOUR_0, rows: 3, version: full, ...common, setAside: [] },
    { hour: HOUR_0 + HOUR, rows: 0, version: empty, ...common, setAside: [] },
    { hour: HOUR_0 + 2 * HOUR, rows: 0, version: empty, ...common, setAside: [9] },
  ]);
});

Deno.test("an hour that cannot be recorded is in no record", async () => {
  await using w = await world();
  await w.lake.store.write(FIRST, new TextEncoder().encode("no gzip"));
  const { failures } = await w.ask([row(PM25, 1)], { hours: 2 });
  assertEquals(failures.length, 1);
  const { hours } = await answeredHours(w.lake.store, "aq_raw_prod");
  assertEquals(hours.map(({ hour }) => hour), [HOUR_0 + HOUR]);
});

Deno.test("scattered hours are one question", async () => {
  await using w = await world();
  await w.ask([], { ranges: [{ from: ORDINAL, to: ORDINAL + 1 }, { from: ORDINAL + 9, to: ORDINAL + 9 }] });
  assertEquals(w.questions.map(({ ranges }) => ranges), [[
    { from: HOUR_0, to: HOUR_0 + 2 * HOUR },
    { from: HOUR_0 + 9 * HOUR, to: HOUR_0 + 10 * HOUR },
  ]]);
});
