import { assert, assertEquals, assertLess } from "@std/assert";
import { HOUR, MINUTE, SECOND } from "../../../core/mod.ts";
import { history } from "../../../sources/openaq/history.ts";
import { paced } from "../../../sources/openaq/pace.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { openaqSource } from "../../../sources/openaq/source.ts";
import { memoryKeyValue, memoryRecord } from "./parts.ts";
import { NOW, served } from "./served.ts";

Deno.test("a history tells what it has asked and how long the rest takes, as the pace lets it", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const kv = memoryKeyValue();
  const pace = paced({ perMinute: 60, perHour: 2_000, kv, clock });
  const dataset = generated({ sensors: 150, quirks: false });
  const parts = served(simulatedOpenAQ({ dataset, clock }), clock, { pace });
  const locations = await parts.client.locations(56);
  const told: { at: number; asked: number; left: number; rest: number; note: string | undefined }[] = [];
  const question = {
    ranges: [{ from: NOW - NOW % HOUR - 48 * HOUR, to: NOW - NOW % HOUR }],
    locations,
    stillGood: () => true,
    told: (asked: number, left: number, outlook: { left?: number; note?: string }) =>
      void told.push({ at: clock.now(), asked, left, rest: outlook.left!, note: outlook.note }),
  };
  const began = parts.client.requests;
  for await (const _ of history(parts, question)) { /* all hours */ }
  const [asked, ended] = [parts.client.requests - began, clock.now()];
  assert(asked > 100, `found ${asked} requests`);
  assertEquals(told[0]!.asked, 0);
  assertLess(Math.abs(told[0]!.left - asked), asked / 5);
  const held = told.filter(({ note }) => note !== undefined);
  assertEquals(new Set(held.map(({ note }) => note)), new Set(["waiting for the pace: 60 a minute"]));
  // The remaining time is what then passes; while nothing is answered it goes down with the clock.
  for (const { at, rest } of told) assertLess(Math.abs(at + rest - ended), 15 * SECOND);
  assert(ended - NOW > MINUTE);
});

Deno.test("while an answer of 429 is waited out, it is told until when", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const honest = simulatedOpenAQ({ dataset: generated({ sensors: 20, quirks: false }), clock });
  let limited = 1;
  const parts = served((request) => {
    if (parts.client.requests !== limited) return honest(request);
    return Promise.resolve(new Response("{}", { status: 429, headers: { "retry-after": "600" } }));
  }, clock);
  const source = openaqSource({ ...parts, countryId: 56, record: memoryRecord() });
  const told: [number, string | undefined][] = [];
  const tell = (_: number, __: number, outlook: { left?: number; note?: string }) =>
    void told.push([Math.round(outlook.left! / MINUTE), outlook.note]);

  const locations = await source.locations(undefined, tell);
  assertEquals(told, [[0, undefined], [10, "OpenAQ answered 429: asked again at 2026-01-15T07:30:00Z"]]);

  told.length = 0;
  limited = 10;
  const ranges = [{ from: NOW - NOW % HOUR - 48 * HOUR, to: NOW - NOW % HOUR }];
  const question = { ranges, locations, stillGood: () => true, told: tell };
  for await (const _ of source.hours(question, parts.log)) { /* all hours */ }
  assertEquals(clock.now(), NOW + 20 * MINUTE);
  assertEquals(told.filter(([, note]) => note !== undefined), [
    [10, "OpenAQ answered 429: asked again at 2026-01-15T07:40:00Z"],
  ]);
});
