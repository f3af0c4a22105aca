import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import fc from "fast-check";
import { DAY, HOUR, type Instant, MINUTE } from "../../../core/mod.ts";
import { OpenAQError } from "../../../sources/openaq/error.ts";
import { history } from "../../../sources/openaq/history.ts";
import type { HistoryParts, HistoryQuestion, HoursGroup } from "../../../sources/openaq/question.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { replayed } from "../../../sources/openaq/simulator/replayed.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { realData } from "./real_data.ts";
import { regular, type Told, told } from "./regular.ts";
import { NOW, served } from "./served.ts";

const good = () => true;

async function collect(parts: HistoryParts, question: HistoryQuestion): Promise<HoursGroup[]> {
  return await Array.fromAsync(history(parts, question));
}

/** The groups' rows, after checking that they are consecutive hours of the window. */
function rowsOf(groups: readonly HoursGroup[], from: Instant, to: Instant): Told[] {
  let at = from;
  const all: Told[] = [];
  for (const group of groups) {
    assertEquals(group.ranges[0]?.from, at);
    for (const { hour, rows } of group.hours) {
      assertEquals(hour, at);
      for (const { sensor, start, value, flagged } of rows) {
        assert(start >= hour && start < hour + HOUR);
        all.push(told(sensor.id, start, value, flagged));
      }
      at += HOUR;
    }
    assertEquals([group.ranges.length, group.ranges.at(-1)?.to], [1, at]);
  }
  assertEquals(at, to);
  return all;
}

Deno.test("any sensors, windows, limits and kills give each row once, for few requests more", async () => {
  const sensor = fc.record({
    id: fc.integer({ min: 1, max: 1_000 }),
    period: fc.constantFrom(5, 10, 20, 60, 60, 180),
    offset: fc.constantFrom(0, 0, 3, 20),
    missing: fc.constantFrom(0, 0.1, 0.9),
  });
  const cases = fc.record({
    sensors: fc.uniqueArray(sensor, { minLength: 1, maxLength: 6, selector: ({ id }) => id }),
    hours: fc.integer({ min: 1, max: 300 }),
    mostRows: fc.constantFrom(undefined, 900, 150),
    kills: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
    concurrency: fc.constantFrom(1, 3, 8),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ sensors, hours, mostRows, kills, concurrency }) => {
      const clock = fakeClock(NOW);
      const { dataset, direct, longPeriods } = regular(sensors);
      let killAt = Infinity;
      let kill = new AbortController();
      const handler = simulatedOpenAQ({ dataset, clock, ...mostRows === undefined ? {} : { mostRows } });
      const whole = { ...served(handler, clock), concurrency };
      const [from, to] = [NOW - 20 * MINUTE - 700 * HOUR, NOW - 20 * MINUTE - 700 * HOUR + hours * HOUR];
      const locations = await whole.client.locations(56);
      const undisturbed = await collect(whole, { ranges: [{ from, to }], locations, stillGood: good });
      assertEquals(rowsOf(undisturbed, from, to), direct(from, to));
      const aside = undisturbed.flatMap(({ hours }) => hours).reduce(
        (sum, { setAside }) => sum + setAside.longPeriod,
        0,
      );
      assertEquals(aside, longPeriods(from, to));
      assertEquals([whole.spool.size, whole.log.lines], [0, []]);

      const killed = {
        ...served((request) => {
          if (killed.client.requests >= killAt) kill.abort(new Error("killed"));
          return handler(request);
        }, clock),
        concurrency,
      };
      const groups: HoursGroup[] = [];
      for (const after of [...kills, Infinity]) {
        killAt = killed.client.requests + after;
        kill = new AbortController();
        const given = groups.at(-1)?.ranges.at(-1)?.to ?? from;
        if (given === to) break;
        const question = {
          ranges: [{ from: given, to }],
          locations,
          stillGood: good,
          signal: kill.signal,
        };
        try {
          for await (const group of history(killed, question)) groups.push(group);
        } catch (error) {
          assert(kill.signal.aborted, String(error));
        }
      }
      assertEquals(rowsOf(groups, from, to), direct(from, to));
      if (mostRows === undefined) {
        const inFlight = kills.length * concurrency;
        assertLessOrEqual(killed.client.requests, 1.3 * (whole.client.requests - 1) + inFlight);
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("a year of sensors costs the fewest requests, and two answers each are held", async () => {
  const clock = fakeClock(NOW);
  const parts = served(simulatedOpenAQ({ dataset: generated({ sensors: 20, quirks: false }), clock }), clock);
  const locations = await parts.client.locations(56);
  const [from, to] = [Date.UTC(2024, 0, 1), Date.UTC(2025, 0, 1)];
  let [held, rows] = [0, 0];
  for await (const { hours } of history(parts, { ranges: [{ from, to }], locations, stillGood: good })) {
    held = Math.max(held, parts.spool.answers);
    rows += hours.reduce((sum, hour) => sum + hour.rows.length, 0);
  }
  assertEquals(parts.client.requests, 1 + 20 * 9);
  assert(rows > 20 * 8_700 && rows < 20 * 8_784, `${rows} rows`);
  assertLessOrEqual(held, 2 * 20);
});

Deno.test("a history that is left after a group, and gone on with, asks nothing twice", async () => {
  const clock = fakeClock(NOW);
  const handler = simulatedOpenAQ({ dataset: generated({ sensors: 5, quirks: false }), clock });
  const [from, to] = [Date.UTC(2024, 0, 1), Date.UTC(2024, 4, 1)];
  const whole = served(handler, clock);
  const locations = await whole.client.locations(56);
  const undisturbed = await collect(whole, { ranges: [{ from, to }], locations, stillGood: good });
  const parts = served(handler, clock);
  const groups: HoursGroup[] = [];
  for (let at = from; at < to;) {
    for await (const group of history(parts, { ranges: [{ from: at, to }], locations, stillGood: good })) {
      groups.push(group);
      at = group.ranges.at(-1)!.to;
      break;
    }
  }
  assert(groups.length > 2, `${groups.length} groups`);
  assertEquals(rowsOf(groups, from, to), rowsOf(undisturbed, from, to));
  assertEquals(parts.client.requests, whole.client.requests - 1);
});

Deno.test("hours of ten years without rows come in groups", async () => {
  const clock = fakeClock(NOW);
  const parts = served(
    simulatedOpenAQ({ dataset: regular([{ id: 1, period: 60, offset: 0, missing: 1 }]).dataset, clock }),
    clock,
  );
  const locations = await parts.client.locations(56);
  const [from, to] = [Date.UTC(2016, 0, 1), Date.UTC(2026, 0, 1)];
  const groups = await collect(parts, { ranges: [{ from, to }], locations, stillGood: good });
  assertEquals(rowsOf(groups, from, to), []);
  assertEquals(parts.client.requests, 1 + 10);
});

Deno.test("what was answered while the clock was ahead is asked again, and what was answered now is not", async () => {
  const dataset = generated({ sensors: 2, quirks: false });
  const to = NOW - 20 * MINUTE;
  const ranges = [{ from: to - 40 * HOUR, to }];
  for (const [ahead, asked] of [[30 * DAY, 2], [0, 0]] as const) {
    const wrong = fakeClock(NOW + ahead);
    const interrupted = served(simulatedOpenAQ({ dataset, clock: wrong }), wrong);
    const locations = await interrupted.client.locations(56);
    for await (const _ of history(interrupted, { ranges, locations, stillGood: good })) break;

    const clock = fakeClock(NOW);
    const { kv, spool } = interrupted;
    const again = { ...served(simulatedOpenAQ({ dataset, clock }), clock), kv, spool };
    await collect(again, { ranges, locations, stillGood: good });
    assertEquals(again.client.requests, asked);
  }
});

Deno.test("an hour that is asked again takes no rows from an answer of yesterday for the hour after it", async () => {
  const dataset = generated({ sensors: 1, quirks: false });
  const from = NOW - 20 * MINUTE - 40 * HOUR;
  const yesterday = fakeClock(NOW - DAY);
  const interrupted = served(simulatedOpenAQ({ dataset, clock: yesterday, mostRows: 1 }), yesterday);
  const locations = await interrupted.client.locations(56);
  const ranges = [{ from, to: from + 3 * HOUR }];
  for await (const _ of history(interrupted, { ranges, locations, stillGood: good })) break;

  const clock = fakeClock(NOW);
  const { kv, spool } = interrupted;
  const again = { ...served(simulatedOpenAQ({ dataset, clock, mostRows: 1 }), clock), kv, spool };
  const stillGood = (_: Instant, askedAt: Instant) => askedAt === NOW;
  const groups = await collect(again, { ranges: [{ from, to: from + HOUR }], locations, stillGood });
  assertEquals(groups.map(({ askedAt }) => askedAt), [NOW]);
});

Deno.test("what is not good any more is asked again, from the first such hour", async () => {
  const clock = fakeClock(NOW);
  const asked: string[] = [];
  const handler = simulatedOpenAQ({ dataset: generated({ sensors: 3, quirks: false }), clock });
  const parts = served((request) => {
    asked.push(new URL(request.url).searchParams.get("datetime_from") ?? "");
    return handler(request);
  }, clock);
  const locations = await parts.client.locations(56);
  const to = NOW - 20 * MINUTE;
  const from = to - 48 * HOUR;
  const question = { ranges: [{ from, to }], locations, stillGood: good };
  const cancel = async () => {
    for await (const _ of history(parts, question)) break;
  };
  await cancel();
  assertEquals(asked.splice(0).length, 1 + 3);
  assertEquals((await collect(parts, question))[0]?.askedAt, NOW);
  assertEquals(asked.splice(0), []);

  await cancel();
  asked.splice(0);
  await clock.advance(HOUR);
  const later = {
    ...question,
    ranges: [{ from, to: to + HOUR }],
    stillGood: (hour: Instant) => hour < to - DAY,
  };
  const groups = await collect(parts, later);
  const askedFrom = new Date(to - DAY).toISOString().replace(".000Z", "Z");
  assertEquals(asked.splice(0), [askedFrom, askedFrom, askedFrom]);
  assertEquals(groups.map(({ askedAt }) => askedAt), [NOW]);
  const fresh = served(handler, clock);
  assertEquals(rowsOf(groups, from, to + HOUR), rowsOf(await collect(fresh, later), from, to + HOUR));
});

Deno.test("answers of an interrupted run are kept for a week", async () => {
  const clock = fakeClock(NOW);
  const parts = served(simulatedOpenAQ({ dataset: generated({ sensors: 3, quirks: false }), clock }), clock);
  const locations = await parts.client.locations(56);
  const [from, to] = [NOW - 20 * MINUTE - DAY, NOW - 20 * MINUTE];
  for await (const _ of history(parts, { ranges: [{ from, to }], locations, stillGood: good })) break;
  const other = { ranges: [{ from: from - 2 * DAY, to: to - 2 * DAY }], locations, stillGood: good };
  await collect(parts, other);
  assertEquals(parts.spool.answers, 3);
  await clock.advance(8 * DAY);
  await collect(parts, other);
  assertEquals(parts.spool.size, 0);
});

Deno.test("sensors that cannot have rows are not asked", async () => {
  const clock = fakeClock(NOW);
  const asked = new Set<number>();
  const handler = simulatedOpenAQ({ dataset: generated(), clock });
  const parts = served((request) => {
    const [, id] = /sensors\/(\d+)\//.exec(request.url) ?? [];
    if (id !== undefined) asked.add(Number(id));
    return handler(request);
  }, clock);
  const locations = await parts.client.locations(56);
  const of = async (from: Instant, to: Instant) => {
    asked.clear();
    await collect(parts, { ranges: [{ from, to }], locations, stillGood: good });
    return asked.size;
  };
  assertEquals(await of(NOW - 20 * MINUTE - DAY, NOW - 20 * MINUTE), 50); // without the closed and the unopened
  assertEquals(await of(Date.UTC(2023, 5, 1), Date.UTC(2023, 5, 2)), 55);
  assertEquals(await of(Date.UTC(2015, 5, 1), Date.UTC(2015, 5, 2)), 0);
});

Deno.test("rows without a period, duplicates and units of their own are given as they are", async () => {
  const clock = fakeClock(NOW);
  const to = NOW - 20 * MINUTE;
  const time = (instant: Instant) => ({ utc: new Date(instant).toISOString(), local: "" });
  const parameter = { id: 15, name: "no2", units: "ppb", displayName: null };
  const row = (value: number, end: Instant) => ({
    value,
    parameter,
    period: { interval: "01:00:00", datetimeFrom: time(end - HOUR), datetimeTo: time(end) },
  });
  const results = [
    { value: 0, parameter, period: null },
    row(1, to - HOUR),
    row(2, to - HOUR),
    { value: 3, parameter, period: null },
  ];
  const simulated = simulatedOpenAQ({ dataset: generated({ sensors: 1, quirks: false }), clock });
  const parts = served(
    (request) =>
      request.url.includes("/measurements")
        ? Promise.resolve(Response.json({ results }))
        : simulated(request),
    clock,
  );
  const locations = await parts.client.locations(56);
  const ranges = [{ from: to - 3 * HOUR, to }];
  const [group] = await collect(parts, { ranges, locations, stillGood: good });
  const sensor = { id: 50_000_001, locationId: 5_000_001, parameter: "no2", unit: "ppb" };
  assertEquals(group?.hours, [
    { hour: to - 3 * HOUR, rows: [], setAside: { longPeriod: 0, noPeriod: 1, unusable: [] } },
    {
      hour: to - 2 * HOUR,
      rows: [1, 2].map((value) => ({ sensor, start: to - 2 * HOUR, value, flagged: false })),
      setAside: { longPeriod: 0, noPeriod: 1, unusable: [] },
    },
    { hour: to - HOUR, rows: [], setAside: { longPeriod: 0, noPeriod: 0, unusable: [] } },
  ]);
});

Deno.test("a network that goes away ends the history once five in a row reached nobody", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const handler = simulatedOpenAQ({ dataset: generated(), clock });
  const parts = served(
    (request) =>
      parts.client.requests > 10
        ? Promise.reject(new TypeError("tcp connect error: Connection refused"))
        : handler(request),
    clock,
  );
  const locations = await parts.client.locations(56);
  const ranges = [{ from: NOW - 20 * MINUTE - DAY, to: NOW - 20 * MINUTE }];
  const question = { ranges, locations, stillGood: good };
  const error = await assertRejects(() => collect(parts, question), OpenAQError, "cannot be reached");
  assertEquals(error.trouble, "unreachable");
  assertLessOrEqual(clock.now() - NOW, MINUTE);
  assertLessOrEqual(parts.client.requests, 10 + 2 * 8 + 5);
});

const real = realData();

Deno.test({
  name: "UTC 2018 of Hanoi, really answered, has 8,332 rows in 8,760 hours, for nine requests",
  ignore: real === undefined,
  async fn() {
    const clock = fakeClock(NOW);
    const parts = served(simulatedOpenAQ({ dataset: await replayed(real!), clock }), clock);
    const locations = await parts.client.locations(56);
    assertEquals([parts.client.source, locations.locations.length], ["http://openaq.test", 53]);
    const hanoi = locations.locations.filter(({ id }) => id === 7441);
    const [from, to] = [Date.UTC(2018, 0, 1), Date.UTC(2019, 0, 1)];
    const groups = await collect(parts, {
      ranges: [{ from, to }],
      locations: { ...locations, locations: hanoi },
      stillGood: good,
    });
    const rows = rowsOf(groups, from, to);
    assertEquals([rows.length, parts.client.requests], [8_332, 1 + 9]);
    assertEquals(rows.length - new Set(rows.map((row) => row.slice(0, 30))).size, 1); // one hour appears twice
    const flags = groups.flatMap(({ hours }) => hours.flatMap(({ rows }) => rows)).filter(({ flagged }) =>
      flagged
    );
    assertEquals(flags.length, 341);
  },
});
