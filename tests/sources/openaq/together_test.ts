import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { HOUR, MINUTE } from "../../../core/mod.ts";
import { OpenAQ } from "../../../sources/openaq/client.ts";
import { history } from "../../../sources/openaq/history.ts";
import { unpaced } from "../../../sources/openaq/pace.ts";
import { merged, type TimeRange } from "../../../sources/openaq/ranges.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { memoryKeyValue, memoryLog, memorySpool } from "./parts.ts";
import { regular, told } from "./regular.ts";
import { NOW } from "./served.ts";

const FROM = NOW - 20 * MINUTE - 3_000 * HOUR;
const LATENCY = 800;

const between = (from: number, to: number): TimeRange => ({ from: FROM + from * HOUR, to: FROM + to * HOUR });

/** Asks for each of the ranges in a process of its own, the later ones so much after the first. */
async function askTogether(ranges: readonly TimeRange[], after: number, { sensors = 24, most = 1_000 } = {}) {
  const clock = fakeClock(NOW, { auto: true });
  const { dataset, direct } = regular(
    Array.from({ length: sensors }, (_, i) => ({ id: i + 1, period: 60, offset: 0, missing: 0.02 })),
  );
  const handler = simulatedOpenAQ({ dataset, clock });
  const [kv, spool, log] = [memoryKeyValue(), memorySpool(), memoryLog()];
  let [begun, all, early] = [0, 0, 0];
  const client = () =>
    new OpenAQ({
      url: "http://openaq.test/",
      fetch: async (request) => {
        all++;
        if (begun < ranges.length) early++;
        await clock.sleep(LATENCY + all % 7 * 50, request.signal);
        return await handler(new Request(request.url.replace("limit=1000", `limit=${most}`), request));
      },
      clock,
      random: () => 0.5,
      log,
      pace: unpaced,
      timeout: MINUTE,
    });
  const locations = await client().locations(56);
  [all, early] = [0, 0];
  const start = clock.now();
  await Promise.all(ranges.map(async (range, i) => {
    await clock.sleep(i * after);
    begun++;
    const question = { ranges: [range], locations, stillGood: () => true };
    const given: string[] = [];
    const parts = { client: client(), kv, spool, clock, log, concurrency: 4 };
    for await (const { hours } of history(parts, question)) {
      for (const { sensor, start, value, flagged } of hours.flatMap(({ rows }) => rows)) {
        given.push(told(sensor.id, start, value, flagged));
      }
    }
    assertEquals(given, direct(range.from, range.to));
  }));
  assertEquals(spool.size, 0);
  return { all, since: all - early, took: clock.now() - start };
}

const TOGETHER: readonly (readonly [string, readonly TimeRange[]])[] = [
  ["two of one page", [between(0, 450), between(450, 900)]],
  ["two of one page, the later hours first", [between(450, 900), between(0, 450)]],
  ["two of two pages, the later hours first", [between(1_104, 1_776), between(0, 1_104)]],
  ["three of one page", [between(300, 600), between(0, 300), between(600, 900)]],
];

for (const [name, ranges] of TOGETHER) {
  Deno.test(`runs at the same time cost no more than 1.3 times one of all their hours: ${name}`, async () => {
    const { all: once } = await askTogether(merged(ranges), 0);
    const { since } = await askTogether(ranges, 900);
    assertLessOrEqual(since, 1.3 * once, `${since} requests since all had begun, one run asks ${once}`);
  });
}

// No answer of before the second run began holds its hours, so that each sensor is asked once more at least: a total of
// 1.3 times one run of all hours cannot be kept to then, and two requests beyond the least that is possible are.
for (const [name, ranges] of TOGETHER.slice(0, 2)) {
  Deno.test(`a run that begins when another has asked a third of the sensors costs little more than it must: ${name}`, async () => {
    const { all: once } = await askTogether(merged(ranges), 0);
    const { all, since } = await askTogether(ranges, 2_500);
    const least = once + (all - since);
    assert(least > 1.3 * once, `the first had made ${all - since} requests`);
    assertLessOrEqual(all, least + 2, `${all} requests, ${least} are the least`);
  });
}

Deno.test("runs at the same time take each row once where a page holds less than is likely", async () => {
  await askTogether([between(500, 900), between(300, 500)], 400, { sensors: 2, most: 100 });
});

Deno.test("runs at the same time whose hours lie apart are as fast as alone", async () => {
  const [march, may] = [between(0, 744), between(1_464, 2_208)];
  const { took: alone } = await askTogether([march], 0);
  const { took, all } = await askTogether([march, may], 0);
  assertLessOrEqual(took, 1.2 * alone, `${took} ms beside ${alone} ms alone`);
  assertEquals(all, 2 * 24);
});
