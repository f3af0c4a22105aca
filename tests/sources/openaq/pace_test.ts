import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { HOUR, type Instant, type Milliseconds, MINUTE, SECOND } from "../../../core/mod.ts";
import { limitsOf, paced } from "../../../sources/openaq/pace.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { memoryKeyValue } from "./parts.ts";
import { NOW, served } from "./served.ts";

const SILENT = { limit: undefined, remaining: undefined, reset: undefined };

/** The most of the sorted times within any window of the length. */
function most(times: readonly Instant[], length: Milliseconds): number {
  let [first, most] = [0, 0];
  for (const [i, time] of times.entries()) {
    while (times[first]! <= time - length) first++;
    most = Math.max(most, i - first + 1);
  }
  return most;
}

Deno.test("60 a minute over 90 requests never meet a 429, and take little more than a minute", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const pace = paced({ perMinute: 60, perHour: 2_000, kv: memoryKeyValue(), clock });
  const counting = simulatedOpenAQ({
    dataset: generated(),
    clock,
    limits: { perMinute: 60, perHour: 2_000 },
  });
  const statuses: number[] = [];
  const { client } = served(
    async (request) => {
      const response = await counting(request);
      statuses.push(response.status);
      return response;
    },
    clock,
    { pace },
  );
  const question = { sensor: 50_000_001, from: NOW - HOUR, to: NOW };
  const ask = async () => {
    for (let i = 0; i < 9; i++) await client.measurements(question);
  };
  await Promise.all(Array.from({ length: 10 }, ask));
  assertEquals(statuses, Array.from({ length: 90 }, () => 200));
  assertLess(clock.now() - NOW, 65 * SECOND);
});

Deno.test("at most 60 start in any minute and 100 in any hour, in two processes that are killed", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const kv = memoryKeyValue();
  const starts: Instant[] = [];
  for (let restart = 0; restart < 3; restart++) {
    const processes = [0, 1].map(() => paced({ perMinute: 60, perHour: 100, kv, clock }));
    await Promise.all(processes.flatMap((pace) =>
      Array.from({ length: 45 }, async () => {
        await pace.start();
        starts.push(clock.now());
        await pace.heard(SILENT);
      })
    ));
  }
  assertEquals(starts.length, 270);
  assertEquals([most(starts, MINUTE), most(starts, HOUR)], [60, 100]);
  assertLess(clock.now() - NOW, 2 * HOUR + 5 * MINUTE);
  assertLess(JSON.stringify((await kv.get("openaq/pace"))?.value).length, 500);
});

Deno.test("what an answer allows is not exceeded, those under way included", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const pace = paced({ perMinute: 60, perHour: 2_000, kv: memoryKeyValue(), clock });
  const headers = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "3", "x-ratelimit-reset": "40" };
  await pace.start();
  await pace.start();
  await pace.heard(limitsOf(new Headers(headers), NOW)); // one of the three is under way
  await pace.start();
  await pace.start();
  assertEquals(clock.now(), NOW);
  await pace.start();
  assert(clock.now() >= NOW + 40 * SECOND);
});

Deno.test("a lower limit than the configured one holds", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const pace = paced({ perMinute: 60, perHour: 2_000, kv: memoryKeyValue(), clock });
  const starts: Instant[] = [];
  for (let i = 0; i < 40; i++) {
    await pace.start();
    starts.push(clock.now());
    await pace.heard({ ...SILENT, limit: 10, remaining: 10, reset: 1 });
  }
  assertEquals(most(starts, MINUTE), 10);
});

Deno.test("a clock that is set back a day does not stop requests for a day", async () => {
  const kv = memoryKeyValue();
  const before = paced({ perMinute: 2, perHour: 100, kv, clock: fakeClock(NOW + 24 * HOUR) });
  await before.start();
  await before.start();
  await before.heard({ limit: 2, remaining: 0, reset: 30 });
  const clock = fakeClock(NOW, { auto: true });
  await paced({ perMinute: 2, perHour: 100, kv, clock }).start();
  assert(clock.now() - NOW <= HOUR);
});

Deno.test("waiting ends when it is cancelled, and others wait on", async () => {
  const clock = fakeClock(NOW);
  const pace = paced({ perMinute: 1, perHour: 100, kv: memoryKeyValue(), clock });
  await pace.start();
  const cancel = new AbortController();
  const cancelled = pace.start(cancel.signal);
  const waiting = pace.start();
  await clock.advance(SECOND);
  cancel.abort(new Error("enough"));
  await assertRejects(() => cancelled, Error, "enough");
  await clock.advance(2 * MINUTE);
  await waiting;
});

Deno.test("the outlook is how long the requests then take, and says what holds them up", async () => {
  for (
    const { perMinute, perHour, requests, by } of [
      { perMinute: 60, perHour: 2_000, requests: 150, by: "60 a minute" },
      { perMinute: 60, perHour: 100, requests: 130, by: "100 an hour" },
      { perMinute: 60, perHour: 2_000, requests: 20, by: "" },
    ]
  ) {
    const clock = fakeClock(NOW, { auto: true });
    const pace = paced({ perMinute, perHour, kv: memoryKeyValue(), clock });
    const before = by === "" ? 0 : by === "60 a minute" ? 60 : 100;
    for (let i = 0; i < before; i++) {
      await pace.start();
      await pace.heard(SILENT);
    }
    const outlook = await pace.outlook(requests);
    assertEquals(outlook.by, by);
    assertEquals(outlook.first > SECOND, by !== "");
    const began = clock.now();
    for (let i = 0; i < requests; i++) {
      await pace.start();
      if (i === 0) assertEquals(clock.now() - began, outlook.first);
      await pace.heard(SILENT);
    }
    assertEquals(clock.now() - began, outlook.last);
  }
});

Deno.test("the outlook of what the server holds up says so, and of very many requests is at their rate", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const pace = paced({ perMinute: 60, perHour: 2_000, kv: memoryKeyValue(), clock });
  assertEquals(Math.round((await pace.outlook(20_000)).last / HOUR), 10);
  await pace.start();
  await pace.heard({ limit: 60, remaining: 0, reset: 30 });
  const { first, by } = await pace.outlook(1);
  assertEquals([first, by], [31 * SECOND, "OpenAQ allows no more requests for now"]);
});
