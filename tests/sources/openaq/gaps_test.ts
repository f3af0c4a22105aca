import { assertEquals, assertLessOrEqual, assertRejects, assertStringIncludes } from "@std/assert";
import { DAY, HOUR, type Instant, MINUTE } from "../../../core/mod.ts";
import { OpenAQError } from "../../../sources/openaq/error.ts";
import { changeGap, closeGap, gaps, nextProbe, setAside } from "../../../sources/openaq/gaps.ts";
import { history } from "../../../sources/openaq/history.ts";
import type { HoursGroup } from "../../../sources/openaq/question.ts";
import { merged, without } from "../../../sources/openaq/ranges.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { memoryKeyValue } from "./parts.ts";
import { NOW, served } from "./served.ts";

const MIDNIGHT = Date.UTC(2026, 0, 15);
const [FIRST, SECOND, THIRD] = [50_000_001, 50_000_002, 50_000_003];

/** A simulator with sensors that fail on demand, and the requests each was sent. */
async function failing(sensors: number, options: { mostRows?: number } = {}) {
  const clock = fakeClock(NOW, { auto: true });
  const asked = new Map<number, number>();
  const handler = simulatedOpenAQ({ dataset: generated({ sensors, quirks: false }), clock, ...options });
  const parts = served((request) => {
    const id = Number(/sensors\/(\d+)\//.exec(request.url)?.[1]);
    if (id) asked.set(id, (asked.get(id) ?? 0) + 1);
    return handler(request);
  }, clock);
  const locations = await parts.client.locations(56);
  return {
    ...parts,
    clock,
    asked,
    fail: async (sensor: number, status: number | null) => {
      const body = JSON.stringify({ sensor, status });
      await handler(new Request("http://openaq.test/_simulator/fail", { method: "POST", body }));
    },
    run: (from: Instant, to: Instant, forced = false): Promise<HoursGroup[]> => {
      asked.clear();
      const question = { ranges: [{ from, to }], locations, stillGood: () => false, forced };
      return Array.fromAsync(history(parts, question));
    },
  };
}

Deno.test("a sensor that goes on failing is set aside, probed once a day, and gives its gap back", async () => {
  const { run, fail, asked, kv, clock, log } = await failing(3);
  const [from, to] = [MIDNIGHT - DAY, MIDNIGHT];
  await fail(SECOND, 500);
  const groups = await run(from, to);
  assertEquals(groups.flatMap(({ hours }) => hours).length, 24);
  assertEquals(
    new Set(groups.flatMap(({ hours }) => hours.flatMap(({ rows }) => rows.map(({ sensor }) => sensor.id)))),
    new Set([FIRST, THIRD]),
  );
  const [gap] = await gaps(kv);
  assertEquals([gap?.sensor, gap?.ranges, gap?.recovered], [SECOND, [{ from, to }], false]);
  assertStringIncludes(gap!.message, `/v3/sensors/${SECOND}/measurements`);
  assertStringIncludes(gap!.message, `answered 500 "Internal Server Error"`);
  assertEquals(log.lines.filter((line) => line.startsWith("warn sensor set aside")).length, 1);

  await run(from + 2 * DAY, to + 2 * DAY); // the same day: not asked, but it owes these hours too
  assertEquals([...asked.keys()], [FIRST, THIRD]);
  assertEquals((await gaps(kv))[0]?.ranges, [{ from, to }, { from: from + 2 * DAY, to: to + 2 * DAY }]);

  await clock.advance(DAY);
  for (const probes of [1, undefined]) {
    await run(from + DAY, to + DAY);
    assertEquals(asked.get(SECOND), probes);
  }
  const since = (await gaps(kv))[0]?.since ?? 0;
  assertLessOrEqual(since, NOW + MINUTE);

  await clock.advance(DAY);
  await fail(SECOND, null);
  await run(from + DAY, to + DAY);
  assertEquals([asked.get(FIRST), asked.get(SECOND)], [1, 1]);
  const ranges = [{ from, to }, { from: from + 2 * DAY, to: to + 2 * DAY }]; // what was just asked is not owed
  assertEquals((await gaps(kv)).map(({ sensor, ranges, recovered }) => [sensor, ranges, recovered]), [
    [SECOND, ranges, true],
  ]);

  await run(from, to); // asked like any other from now on; asking the hours again ends their gap
  assertEquals(asked.get(SECOND), 1);
  assertEquals((await gaps(kv))[0]?.ranges, ranges.slice(1));
  await closeGap(kv, SECOND, ranges);
  assertEquals(await gaps(kv), []);
});

Deno.test("hours that come to stand without a sensor stay owed, though another process has ended its gap meanwhile", async () => {
  const { client, kv, spool, clock, log, fail, run } = await failing(2);
  await fail(SECOND, 500);
  await run(MIDNIGHT - 3 * DAY, MIDNIGHT - 2 * DAY);
  const locations = await client.locations(56);
  const ranges = [{ from: MIDNIGHT - DAY, to: MIDNIGHT }];
  const question = { ranges, locations, stillGood: () => false };
  for await (const _ of history({ client, kv, spool, clock, log }, question)) {
    await changeGap(kv, SECOND, (gap) => gap && { ...gap, ranges: [], recovered: true });
  }
  assertEquals((await gaps(kv)).map(({ sensor, ranges, recovered }) => ({ sensor, ranges, recovered })), [
    { sensor: SECOND, ranges, recovered: true },
  ]);
});

Deno.test("a sensor that is set aside is asked at once by force", async () => {
  const { run, fail, asked, kv } = await failing(3);
  const [from, to] = [MIDNIGHT - DAY, MIDNIGHT];
  await fail(SECOND, 500);
  await run(from, to);
  assertEquals((await gaps(kv)).map(nextProbe), [MIDNIGHT + 8 * HOUR]);
  await run(from - DAY, to - DAY, true);
  assertEquals([asked.get(SECOND), (await gaps(kv))[0]?.recovered], [1, false]);
  await fail(SECOND, null);
  await run(from, to);
  assertEquals([asked.get(SECOND), (await gaps(kv))[0]?.recovered], [undefined, false]);
  await run(from, to, true);
  assertEquals([asked.get(SECOND), (await gaps(kv))[0]?.recovered], [1, true]);
  assertEquals((await gaps(kv))[0]?.ranges, [{ from: from - DAY, to: to - DAY }]);
});

Deno.test("a sensor that is set aside is asked at the next full hour, then after twice as long, and at midnight", () => {
  const since = NOW; // at 7:20
  const hours = [8];
  for (let probed = since; hours.length < 5;) {
    probed = nextProbe({ since, probed });
    hours.push((nextProbe({ since, probed }) - MIDNIGHT) / HOUR);
  }
  assertEquals(hours, [8, 9, 11, 15, 23]);
  const probed = MIDNIGHT + 23 * HOUR;
  assertEquals(nextProbe({ since, probed }), MIDNIGHT + DAY);
  assertEquals(nextProbe({ since, probed: MIDNIGHT + 5 * DAY }), MIDNIGHT + 6 * DAY);
});

Deno.test("a sensor that would have answered once more is asked again by a run of the next hour", async () => {
  const { run, fail, asked, kv, clock } = await failing(3);
  const [from, to] = [MIDNIGHT - DAY, MIDNIGHT];
  await fail(SECOND, 500);
  await run(from, to);
  assertEquals((await gaps(kv))[0]?.recovered, false);
  await fail(SECOND, null);
  await clock.advance(HOUR);
  await run(to, to + HOUR);
  assertEquals([asked.get(SECOND), (await gaps(kv))[0]?.recovered], [1, true]);
  assertEquals((await gaps(kv))[0]?.ranges, [{ from, to }]); // which are due now
});

Deno.test("a sensor owes only the hours that were asked for", async () => {
  const { fail, kv, client, ...parts } = await failing(3);
  await fail(SECOND, 500);
  const ranges = [-70, -40, -3].map((day) => ({
    from: MIDNIGHT + day * DAY,
    to: MIDNIGHT + day * DAY + HOUR,
  }));
  const locations = await client.locations(56);
  const question = { ranges, locations, stillGood: () => true };
  await Array.fromAsync(history({ ...parts, kv, client }, question));
  assertEquals((await gaps(kv)).map(({ sensor, ranges }) => [sensor, ranges]), [[SECOND, ranges]]);
});

Deno.test("a gap begins where a sensor's answers ended", async () => {
  const [from, to] = [MIDNIGHT - 100 * DAY, MIDNIGHT];
  const clock = fakeClock(NOW, { auto: true });
  let pages = 0;
  const handler = simulatedOpenAQ({ dataset: generated({ sensors: 2, quirks: false }), clock });
  const parts = served((request) => {
    if (!request.url.includes(`sensors/${SECOND}/`) || pages++ === 0) return handler(request);
    return Promise.resolve(new Response("garbage"));
  }, clock);
  const locations = await parts.client.locations(56);
  const groups = await Array.fromAsync(
    history(parts, { ranges: [{ from, to }], locations, stillGood: () => true }),
  );
  const [gap] = await gaps(parts.kv);
  const counts = groups.flatMap(({ hours }) => hours).map(({ hour, rows }) =>
    [hour, rows.filter(({ sensor }) => sensor.id === SECOND).length] as const
  );
  const last = counts.findLast(([, count]) => count > 0)![0];
  assertEquals(gap?.ranges, [{ from: last, to }]);
});

Deno.test("as many sensors as are asked side by side may fail, if others answer", async () => {
  const { run, fail, kv } = await failing(20);
  for (let i = 0; i < 10; i++) await fail(FIRST + i, 503);
  const groups = await run(MIDNIGHT - DAY, MIDNIGHT);
  assertEquals((await gaps(kv)).length, 10);
  assertEquals(groups.at(-1)?.ranges.at(-1)?.to, MIDNIGHT);
});

Deno.test("when all sensors fail, the API does, and none is set aside", async () => {
  for (const sensors of [1, 3, 60]) {
    const { run, fail, kv, client } = await failing(sensors);
    for (let i = 0; i < sensors; i++) await fail(FIRST + i, 500);
    const error = await assertRejects(() => run(MIDNIGHT - DAY, MIDNIGHT), OpenAQError, "answered 500");
    assertEquals([error.trouble, await gaps(kv)], ["failing", []]);
    assertLessOrEqual(client.requests, 120);
  }
});

Deno.test("when the API begins to fail in the middle, no sensor is set aside", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const handler = simulatedOpenAQ({ dataset: generated({ sensors: 4, quirks: false }), clock });
  for (const healthy of [1, 2, 9, 12, 30]) {
    const parts = served((request) => {
      if (parts.client.requests <= 1 + healthy) return handler(request);
      return Promise.resolve(new Response("{}", { status: 500 }));
    }, clock);
    const locations = await parts.client.locations(56);
    const ranges = [{ from: MIDNIGHT - 300 * DAY, to: MIDNIGHT }];
    const question = { ranges, locations, stillGood: () => true };
    await assertRejects(() => Array.fromAsync(history(parts, question)), OpenAQError, "answered 500");
    assertEquals(await gaps(parts.kv), []);
  }
});

Deno.test("408 halves the window; a sensor that cannot answer for an hour is set aside", async () => {
  const halved = await failing(2, { mostRows: 200 });
  const groups = await halved.run(MIDNIGHT - 30 * DAY, MIDNIGHT);
  assertEquals(groups.at(-1)?.ranges.at(-1)?.to, MIDNIGHT);
  assertEquals(await gaps(halved.kv), []);
  assertEquals(halved.asked.get(FIRST), 2 + 4); // 721 h and 361 h are too much; four times 181 h

  const { run, fail, kv, asked } = await failing(2);
  await fail(FIRST, 408);
  await run(MIDNIGHT - DAY, MIDNIGHT);
  assertEquals((await gaps(kv)).map(({ sensor }) => sensor), [FIRST]);
  assertEquals(asked.get(FIRST), 6); // 25, 13, 7, 4, 2 and 1 hours
});

Deno.test("gaps of several processes are merged", async () => {
  const kv = memoryKeyValue();
  const set = (from: number, to: number) => setAside(kv, 7, [{ from, to }], "failed", NOW);
  await Promise.all([set(0, 2), set(5, 8), set(2, 3), set(7, 9)]);
  assertEquals((await gaps(kv)).map(({ ranges }) => ranges), [[{ from: 0, to: 3 }, { from: 5, to: 9 }]]);
  await Promise.all([closeGap(kv, 7, [{ from: 1, to: 2 }]), closeGap(kv, 7, [{ from: 5, to: 9 }])]);
  assertEquals((await gaps(kv)).map(({ ranges }) => ranges), [[{ from: 0, to: 1 }, { from: 2, to: 3 }]]);
});

Deno.test("ranges are merged where they touch, and taken out of one another", () => {
  assertEquals(merged([{ from: 4, to: 6 }, { from: 0, to: 2 }, { from: 2, to: 3 }, { from: 5, to: 5 }]), [
    { from: 0, to: 3 },
    { from: 4, to: 6 },
  ]);
  assertEquals(without([{ from: 0, to: 10 }], [{ from: 2, to: 3 }, { from: 8, to: 20 }]), [
    { from: 0, to: 2 },
    { from: 3, to: 8 },
  ]);
  assertEquals(without([{ from: 0, to: HOUR }], [{ from: 0, to: HOUR }]), []);
});
