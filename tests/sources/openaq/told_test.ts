import { assert, assertEquals, assertLess } from "@std/assert";
import { HOUR, MINUTE, SECOND } from "../../../core/mod.ts";
import { history } from "../../../sources/openaq/history.ts";
import { paced } from "../../../sources/openaq/pace.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { memoryKeyValue } from "./parts.ts";
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
