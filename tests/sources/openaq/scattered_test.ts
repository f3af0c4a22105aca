import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { DAY, HOUR, type Instant, MINUTE } from "../../../core/mod.ts";
import { history } from "../../../sources/openaq/history.ts";
import type { HistoryQuestion } from "../../../sources/openaq/question.ts";
import { lengthOf, merged, type TimeRange, without } from "../../../sources/openaq/ranges.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { type Regular, regular, type Told, told } from "./regular.ts";
import { NOW, served } from "./served.ts";

const FROM = NOW - 20 * MINUTE - 3_000 * HOUR;

/** When a question is killed, and which hours of the group in hand come to stand all the same. */
interface Kill {
  /** After so many requests. */
  readonly after?: number;
  /** Once so many groups have come to stand. */
  readonly inGroup?: number;
  readonly published?: (hour: Instant) => boolean;
}

/** Sensors whose answers come to stand hour by hour, whatever is asked, killed or failed. */
async function world(sensors: readonly Regular[], concurrency = 8) {
  const clock = fakeClock(NOW, { auto: true });
  const { dataset, direct } = regular(sensors);
  const handler = simulatedOpenAQ({ dataset, clock });
  const asked: TimeRange[] = [];
  let left = Infinity;
  let kill = new AbortController();
  const parts = {
    ...served((request) => {
      if (--left < 0) {
        kill.abort(new Error("killed"));
        return Promise.reject(kill.signal.reason);
      }
      const { searchParams: query } = new URL(request.url);
      const [from, to] = ["datetime_from", "datetime_to"].map((name) => Date.parse(query.get(name) ?? ""));
      if (query.has("datetime_to")) asked.push({ from: from!, to: to! });
      return handler(request);
    }, clock),
    concurrency,
  };
  const locations = await parts.client.locations(56);
  const stands = new Map<Instant, Told[]>();

  /** Asks for the hours, until it is killed. @returns How many requests were made. */
  async function ask(
    ranges: readonly TimeRange[],
    options: Partial<HistoryQuestion> = {},
    { after = Infinity, inGroup = Infinity, published = () => false }: Kill = {},
  ): Promise<number> {
    const before = asked.length;
    left = after;
    kill = new AbortController();
    const question = { ranges, locations, stillGood: () => true, signal: kill.signal, ...options };
    try {
      let group = 0;
      for await (const { ranges: part, hours } of history(parts, question)) {
        assertEquals(lengthOf(part), hours.length * HOUR);
        const killed = left < 0 || ++group > inGroup;
        for (const { hour, rows } of hours) {
          assert(ranges.some(({ from, to }) => from <= hour && hour < to), "an hour that nobody wants");
          if (killed && !published(hour)) continue;
          stands.set(
            hour,
            rows.map(({ sensor, start, value, flagged }) => told(sensor.id, start, value, flagged)),
          );
        }
        if (killed) break;
      }
    } catch (error) {
      assert(kill.signal.aborted, String(error));
    }
    return asked.length - before;
  }

  return {
    ask,
    asked,
    parts,
    clock,
    stands,
    missing: (ranges: readonly TimeRange[]) =>
      without(ranges, [...stands.keys()].map((hour) => ({ from: hour, to: hour + HOUR }))),
    /** Whether every hour has the rows that the sensors have. */
    isWhole: (ranges: readonly TimeRange[]) =>
      ranges.forEach(({ from, to }) => {
        for (let hour = from; hour < to; hour += HOUR) {
          assertEquals(stands.get(hour), direct(hour, hour + HOUR));
        }
      }),
  };
}

const hourly = (count: number): Regular[] =>
  Array.from({ length: count }, (_, i) => ({ id: i + 1, period: 60, offset: 0, missing: 0 }));

/** The hours of these numbers. */
const hours = (...numbers: number[]): TimeRange[] =>
  merged(numbers.map((n) => ({ from: FROM + n * HOUR, to: FROM + (n + 1) * HOUR })));

const between = (from: number, to: number): TimeRange => ({ from: FROM + from * HOUR, to: FROM + to * HOUR });

Deno.test("scattered hours, kills and narrow questions cost no more than 1.3 times one undisturbed run", async () => {
  const sensor = fc.record({
    id: fc.integer({ min: 1, max: 1_000 }),
    period: fc.constantFrom(10, 20, 60, 60, 60, 180),
    offset: fc.constantFrom(0, 0, 20),
    missing: fc.constantFrom(0, 0.1, 0.9),
  });
  const number = fc.integer({ min: 0, max: 2_000 });
  const run = fc.record({
    after: fc.integer({ min: 1, max: 30 }),
    inGroup: fc.constantFrom(0, 1, 5, 100),
    narrow: fc.option(fc.array(number, { minLength: 1, maxLength: 20 }), { freq: 2 }),
    lost: fc.integer({ min: 1, max: 9 }),
  });
  const cases = fc.record({
    sensors: fc.uniqueArray(sensor, { minLength: 1, maxLength: 5, selector: ({ id }) => id }),
    wanted: fc.array(fc.tuple(number, fc.constantFrom(1, 3, 30, 700)), { minLength: 1, maxLength: 12 }),
    runs: fc.array(run, { maxLength: 4 }),
    concurrency: fc.constantFrom(1, 3, 8),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ sensors, wanted, runs, concurrency }) => {
      const all = merged(wanted.map(([from, count]) => between(from, Math.min(from + count, 2_900))));
      const undisturbed = await world(sensors, concurrency);
      const once = await undisturbed.ask(all);
      undisturbed.isWhole(all);
      assertEquals(undisturbed.parts.spool.size, 0);

      const w = await world(sensors, concurrency);
      let [total, most] = [0, 1.3 * once];
      for (const { after, inGroup, narrow, lost } of runs) {
        if (w.missing(all).length === 0) break;
        const published = (hour: Instant) => hour / HOUR % 10 < lost;
        total += await w.ask(w.missing(all), {}, { after, inGroup, published });
        most += concurrency;
        const few = narrow === null ? [] : without(w.missing(all), without(w.missing(all), hours(...narrow)));
        if (few.length === 0) continue;
        most += await (await world(sensors, concurrency)).ask(few);
        total += await w.ask(few);
      }
      if (w.missing(all).length > 0) total += await w.ask(w.missing(all));
      w.isWhole(all);
      assertLessOrEqual(total, most);
    }),
    { numRuns: 40 },
  );
});

Deno.test("twenty-three scattered hours of two months cost two requests a sensor at most", async () => {
  const w = await world(hourly(40));
  const scattered = hours(...Array.from({ length: 23 }, (_, i) => 7 + i * 63));
  assertEquals(await w.ask(scattered), 2 * 40);
  w.isWhole(scattered);
  assertEquals(w.parts.spool.size, 0);
});

Deno.test("hours that are far from one another are asked by themselves, and neither is the year between them", async () => {
  const w = await world(hourly(1));
  await w.ask(hours(0, 900, 2_950));
  assertEquals(w.asked, [between(0, 902), between(2_950, 2_952)]);
});

Deno.test("a sensor with few rows is asked once for hours that are far apart", async () => {
  const w = await world([{ id: 1, period: 60, offset: 0, missing: 0.95 }]);
  const few = hours(0, 500, 1_900);
  assertEquals(await w.ask(few), 1);
  w.isWhole(few);
});

Deno.test("a narrow question leaves the answers that others need", async () => {
  const w = await world(hourly(3));
  const whole = [between(0, 700)];
  assertEquals(await w.ask(whole, {}, { inGroup: 0 }), 3);
  assertEquals(await w.ask(hours(20)), 0);
  assertEquals(await w.ask(hours(5, 400)), 0);
  assertEquals(w.parts.spool.answers, 3);
  assertEquals(await w.ask(w.missing(whole)), 0);
  w.isWhole(whole);
  assertEquals(w.parts.spool.size, 0);
});

Deno.test("a forced history believes nothing that was answered before it began; others take up what it was answered", async () => {
  const w = await world(hourly(3), 1);
  const whole = [between(0, 1_500)];
  assertEquals(await w.ask(whole, { forced: true }), 6);
  assertEquals(await w.ask(whole, { forced: true }, { after: 4 }), 4);
  assertEquals(await w.ask(whole, { forced: true }), 6);
  assertEquals(w.parts.spool.size, 0);

  assertEquals(await w.ask(whole, {}, { after: 4 }), 4);
  assertEquals(await w.ask(whole, { forced: true }, { after: 1 }), 1);
  assertEquals(await w.ask(whole), 2);
  assertEquals(w.parts.spool.size, 0);
});

Deno.test("hours asked by force that others asked for before are asked anew", async () => {
  const w = await world(hourly(2));
  await w.ask([between(0, 100)], { forced: true }, { after: 1 });
  assertEquals(await w.ask([between(200, 300)], { forced: true }), 2);
});

Deno.test("a damaged answer, and one in the place of another, is forgotten and asked again", async () => {
  const damages: ((bytes: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>) => Uint8Array)[] = [
    (bytes) => bytes.slice(0, 50),
    (bytes) => bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1) as Uint8Array<ArrayBuffer>,
    (bytes) => bytes.with(3, bytes[3]! ^ 1),
    (_, other) => other,
    () => new Uint8Array(0),
  ];
  for (const damage of damages) {
    const w = await world(hourly(2));
    const whole = [between(0, 100)];
    await w.ask(whole, {}, { inGroup: 0 });
    const { spool } = w.parts;
    const [key, other] = (await spool.list()).filter((key) => !key.startsWith("wanted/"));
    const bytes = damage((await spool.get(key!))!, (await spool.get(other!))!);
    await spool.put(key!, bytes as Uint8Array<ArrayBuffer>);
    assertEquals(await w.ask(whole), 1);
    w.isWhole(whole);
    assertEquals(spool.size, 0);
  }
});

Deno.test("answers that nobody wants any more, and those of another format, are forgotten when the next begins", async () => {
  const w = await world(hourly(2));
  const { spool } = w.parts;
  await spool.put(`1/${FROM}-${FROM + DAY}-${NOW}`, Uint8Array.of(1, 2, 3));
  await spool.put("wanted/damaged", Uint8Array.of(1, 2, 3));
  await w.ask([between(0, 3)], {}, { after: 0 });
  assertEquals((await spool.list()).length, 1);
});
