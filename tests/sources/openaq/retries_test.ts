import { assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { DAY, HOUR, SECOND } from "../../../core/mod.ts";
import { gaps } from "../../../sources/openaq/gaps.ts";
import { history } from "../../../sources/openaq/history.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { Retries } from "../../../sources/openaq/retries.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { type Handler, NOW, served } from "./served.ts";

const SENSORS = 60;
const to = NOW - NOW % HOUR;

/** A day of sensors, asked while measurements fail as `fails` says: with 500, or with another status. */
async function asked(fails: (sensor: number, ago: number) => boolean | number, sensors = SENSORS) {
  const clock = fakeClock(NOW, { auto: true });
  const honest = simulatedOpenAQ({ dataset: generated({ sensors, quirks: false }), clock });
  const handler: Handler = (request) => {
    const sensor = Number(/sensors\/(\d+)/.exec(request.url)?.[1] ?? 0);
    const fault = sensor > 0 && fails(sensor - 50_000_000, clock.now() - NOW);
    const status = fault === true ? 500 : Number(fault);
    return status === 0 ? honest(request) : Promise.resolve(new Response("{}", { status }));
  };
  const parts = served(handler, clock);
  const locations = await parts.client.locations(56);
  const before = parts.client.requests;
  const question = { ranges: [{ from: to - DAY, to }], locations, stillGood: () => true };
  for await (const _ of history(parts, question)) { /* all hours */ }
  const setAside = (await gaps(parts.kv)).map(({ sensor }) => sensor - 50_000_000);
  return { requests: parts.client.requests - before, setAside };
}

Deno.test("a server that fails for three seconds is waited for: no sensor is set aside", async () => {
  assertEquals(await asked(() => false), { requests: SENSORS, setAside: [] });
  const { requests, setAside } = await asked((_, ago) => ago < 3 * SECOND);
  assertEquals(setAside, []);
  assertLessOrEqual(requests, SENSORS + 8 + 2);
});

Deno.test("eight answers that are lost at once are asked for again, each once", async () => {
  const failed = new Set<number>();
  const first = (sensor: number) => failed.size < 8 && !failed.has(sensor) && !!failed.add(sensor);
  assertEquals(await asked(first), { requests: SENSORS + 8, setAside: [] });
});

Deno.test("sensors that go on failing leave one that fails once its repeat, however few there are", async () => {
  const failed = new Set<number>();
  const once = (sensor: number) => !failed.has(sensor) && !!failed.add(sensor);
  for (const last of [3, 4, 5]) {
    failed.clear();
    const { setAside } = await asked((sensor) => sensor < 3 || sensor === last && once(sensor), 5);
    assertEquals(setAside, [1, 2], `${last}`);
  }
});

Deno.test("a request that fails now and then is made again", async () => {
  const failed = new Set<number>();
  const once = (sensor: number) => sensor % 5 === 0 && !failed.has(sensor) && !!failed.add(sensor);
  assertEquals(await asked(once), { requests: SENSORS + 12, setAside: [] });
});

for (const second of [500, 429, 408]) {
  Deno.test(`requests of which each fails once, and then with ${second}, are made again as long as they are answered`, async () => {
    const times = new Map<number, number>();
    const twice = (sensor: number) => {
      const before = times.get(sensor) ?? 0;
      times.set(sensor, before + 1);
      return [500, second][before] ?? 0;
    };
    assertEquals((await asked(twice, 8)).setAside, []);
  });
}

Deno.test("requests are made again a few times, and once for ten answers, however many sensors go on failing", async () => {
  for (const failing of [3, 6, 12, 20]) {
    const { requests, setAside } = await asked((sensor) => sensor % 3 === 0 && sensor <= 3 * failing);
    assertEquals(setAside, Array.from({ length: failing }, (_, i) => 3 * (i + 1)));
    assertLessOrEqual(requests, SENSORS + 4 + (SENSORS - failing) / 10 + 5);
  }
});

Deno.test("who is cancelled while waiting in line leaves it by that reason, and the next has its turn", async () => {
  const retries = new Retries({ clock: fakeClock(NOW), random: () => 0 });
  const first = await retries.turn(1);
  const cancelled = new AbortController();
  const second = retries.turn(1, cancelled.signal);
  const third = retries.turn(1);
  cancelled.abort(new Error("cancelled"));
  first[Symbol.dispose]();
  await assertRejects(() => second, Error, "cancelled");
  assertEquals((await third).pause, 0);
});
