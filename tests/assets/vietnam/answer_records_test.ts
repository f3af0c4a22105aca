import { assert, assertEquals, assertMatch } from "@std/assert";
import { type AnsweredHour, answersName, stageAnswers } from "../../../assets/vietnam/raw/answered_hour.ts";
import { isAllThere, listAnswers, listFurther } from "../../../assets/vietnam/raw/answer_list.ts";
import { answeredHours, foldAnswers, writeAnswers } from "../../../assets/vietnam/raw/answer_records.ts";
import { DAY, HOUR, MINUTE } from "../../../core/mod.ts";
import { killedAt } from "../../adapters/object_store/local/killed.ts";
import { localLake } from "../../adapters/object_store/local/lake.ts";

const ZONE = "aq_raw_test";
const NOW = Date.parse("2026-01-02T03:04:05.678Z");
const HOUR_0 = Date.parse("2026-01-01T00:00:00Z");

/** Hours with so many rows each, asked at an instant. */
function asked(
  askedAt: number,
  first: number,
  rows: readonly number[],
  setAside: number[] = [],
): AnsweredHour[] {
  return rows.map((count, i) => ({
    hour: HOUR_0 + (first + i) * HOUR,
    rows: count,
    askedAt,
    extractedAt: askedAt + MINUTE,
    setAside,
  }));
}

Deno.test("a record is a few lines of JSON, an entry for hours that were answered alike", async () => {
  await using lake = await localLake();
  const hours = [...asked(NOW, 3, [7]), ...asked(NOW, 0, [2, 0]), ...asked(NOW, 2, [1], [9, 12])];
  const options = { askedAt: NOW, staging: "_staging/1/1" };
  const { temporary, final } = await stageAnswers(lake.store, ZONE, hours, options);
  assertMatch(final, /^aq_raw_test\/_asked\/20260102T030405678Z-[\da-f-]{36}\.json$/);
  const common = `"asked_at":"2026-01-02T03:04:05.678Z","extracted_at":"2026-01-02T03:05:05.678Z"`;
  assertEquals(
    new TextDecoder().decode(await lake.store.read(temporary)),
    `{"hours":[\n{"from":"2026-01-01T00:00:00Z","rows":[2,0],${common}},\n` +
      `{"from":"2026-01-01T02:00:00Z","rows":[1],${common},"set_aside":[9,12]},\n` +
      `{"from":"2026-01-01T03:00:00Z","rows":[7],${common}}\n]}\n`,
  );
});

Deno.test("hours with a version, and those of before without, are known as they were recorded", async () => {
  await using lake = await localLake();
  const [a, b, c, d] = asked(NOW, 0, [2, 0, 1, 4]) as [
    AnsweredHour,
    AnsweredHour,
    AnsweredHour,
    AnsweredHour,
  ];
  const hours = [{ ...a, version: "aa" }, { ...b, version: "bb" }, c, { ...d, version: "dd" }];
  await writeAnswers(lake, ZONE, hours, NOW);
  assertEquals((await answeredHours(lake.store, ZONE)).hours, hours);
});

Deno.test("names ascend by time, and none is another's", () => {
  const names = [0, 0, 1, 999, 1_000, DAY].map((later) => answersName(ZONE, NOW + later));
  assertEquals(new Set(names).size, names.length);
  const times = names.map((name) => name.slice(0, -42));
  assertEquals(times.toSorted(), times);
});

Deno.test("of each hour the latest answer is known, those without rows too; damaged records are named", async () => {
  await using lake = await localLake();
  assertEquals(await answeredHours(lake.store, ZONE), { hours: [], read: [], damaged: [] });
  const first = asked(NOW - DAY, 0, [5, 0, 3]);
  const second = asked(NOW, 1, [4], [9]);
  await writeAnswers(lake, ZONE, second, NOW);
  await writeAnswers(lake, ZONE, first, NOW - DAY);
  await writeAnswers(lake, "aq_raw_prod", asked(NOW, 7, [1]), NOW);
  const wanted = [first[0]!, second[0]!, first[2]!];
  const whole = await answeredHours(lake.store, ZONE);
  assertEquals([whole.hours, whole.read.length, whole.damaged], [wanted, 2, []]);

  const broken = [
    ["no JSON", "{"],
    [
      "half an hour",
      `{"hours":[{"from":"2026-01-01T00:30:00Z","rows":[1],"asked_at":"2026-01-02T00:00:00Z","extracted_at":"2026-01-02T00:00:00Z"}]}`,
    ],
    [
      "a number less",
      `{"hours":[{"from":"2026-01-01T00:00:00Z","rows":[-1],"asked_at":"2026-01-02T00:00:00Z","extracted_at":"2026-01-02T00:00:00Z"}]}`,
    ],
    [
      "no time",
      `{"hours":[{"from":"2026-01-01T00:00:00Z","rows":[1],"asked_at":"today","extracted_at":"2026-01-02T00:00:00Z"}]}`,
    ],
  ];
  for (const [name, text] of broken) {
    await lake.store.write(`${ZONE}/_asked/${name}.json`, new TextEncoder().encode(text));
  }
  const { hours, damaged } = await answeredHours(lake.store, ZONE);
  assertEquals([hours, damaged.length], [wanted, broken.length]);
  for (const { problem } of damaged) {
    assertMatch(problem, /^reading "aq_raw_test\/_asked\/.+\.json": .+, wanted a record/);
  }
});

Deno.test("records older than an hour are folded into one; a kill at any call loses nothing", async () => {
  for (let point = 0;; point++) {
    await using lake = await localLake();
    for (let i = 0; i < 5; i++) {
      await writeAnswers(lake, ZONE, asked(NOW - DAY + i, i, [i, 0]), NOW - DAY + i);
    }
    await writeAnswers(lake, ZONE, asked(NOW, 9, [1]), NOW - MINUTE);
    const { hours } = await answeredHours(lake.store, ZONE);
    const killed = await killedAt(point, () => foldAnswers(lake, ZONE, NOW));
    assertEquals((await answeredHours(lake.store, ZONE)).hours, hours);
    await foldAnswers(lake, ZONE, NOW);
    assertEquals((await answeredHours(lake.store, ZONE)).hours, hours);
    const paths = await lake.store.list(`${ZONE}/_asked`);
    assertEquals(paths.length, 2);
    await foldAnswers(lake, ZONE, NOW);
    assertEquals(await lake.store.list(`${ZONE}/_asked`), paths);
    assertEquals(await lake.store.list("_staging"), []);
    if (!killed) break;
    assert(point < 100);
  }
});

Deno.test("of records that are listed none is missed, whoever lists at once and is killed; one that goes is", async () => {
  await using lake = await localLake();
  const records = () => lake.store.list(`${ZONE}/_asked`);
  const isWhole = async () => await isAllThere(lake.store, ZONE, await records());
  assert(await isWhole(), "of a lake without any");
  for (let i = 0; i < 3; i++) await writeAnswers(lake, ZONE, asked(NOW - DAY + i, i, [1]), NOW - DAY + i);
  assert(!await isWhole(), "of a lake of before");
  await Promise.all([1, 2, 3].map(() => listFurther(lake.store, ZONE)));
  assert(await isWhole());
  for (let point = 0; await killedAt(point, () => listFurther(lake.store, ZONE)); point++) {
    await listFurther(lake.store, ZONE);
    assert(await isWhole());
  }
  await foldAnswers(lake, ZONE, NOW);
  assertEquals([(await records()).length, await isWhole()], [1, true]);

  const other = await writeAnswers(lake, ZONE, asked(NOW, 9, [1]), NOW);
  await listFurther(lake.store, ZONE);
  await lake.publisher.remove([other]);
  assert(!await isWhole());
  await listFurther(lake.store, ZONE);
  assert(!await isWhole(), "whoever publishes later does not hide it");
  await listAnswers(lake.store, ZONE, await records());
  assert(await isWhole());
});

Deno.test("a damaged record is neither folded nor deleted", async () => {
  await using lake = await localLake();
  for (const at of [NOW - DAY, NOW - DAY + 1]) await writeAnswers(lake, ZONE, asked(at, 0, [1]), at);
  const damaged = `${answersName(ZONE, NOW - 2 * DAY)}`;
  await lake.store.write(damaged, new TextEncoder().encode(""));
  await foldAnswers(lake, ZONE, NOW);
  const paths = await lake.store.list(`${ZONE}/_asked`);
  assertEquals([paths.length, paths.includes(damaged)], [2, true]);
});
