import { assertEquals } from "@std/assert";
import { HOUR, MINUTE, SourceHealth } from "../../../core/mod.ts";
import { OpenAQ } from "../../../sources/openaq/client.ts";
import { failingSensors } from "../../../sources/openaq/gaps.ts";
import { changeGap, setAside } from "../../../sources/openaq/gaps.ts";
import { unpaced } from "../../../sources/openaq/pace.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { auto, failure, QUESTION } from "./asking.ts";
import { memoryKeyValue, memoryLog } from "./parts.ts";
import { answering, type Handler, NOW } from "./served.ts";

/** A client whose answers a test may change, and what is known of the source's health. */
function watched() {
  const clock = auto();
  const health = new SourceHealth("openaq", memoryKeyValue(), clock);
  const honest = simulatedOpenAQ({ dataset: generated(), clock });
  const server: { answer: Handler } = { answer: honest };
  const client = new OpenAQ({
    url: "http://openaq.test",
    fetch: async (request) => await server.answer(request),
    clock,
    random: () => 0.5,
    log: memoryLog(),
    pace: unpaced,
    timeout: 1_000,
    health,
  });
  return { clock, client, health, server, honest, isDown: async () => (await health.trouble())?.isDown };
}

Deno.test("a question that failed for good is trouble, and it is over with the next answer", async () => {
  const { client, server, honest, health, isDown } = watched();
  server.answer = answering(500, { detail: "boom" });
  const { message } = await failure(() => client.measurements(QUESTION));
  assertEquals([await isDown(), (await health.trouble())?.message], [false, message]);
  server.answer = honest;
  await client.measurements(QUESTION);
  assertEquals(await isDown(), undefined);
});

Deno.test("a refused key, and nobody there, is the source's trouble at once, whatever was asked", async () => {
  for (const answer of [answering(401, {}), () => Promise.reject(new TypeError("connection refused"))]) {
    const { client, server, isDown } = watched();
    server.answer = answer;
    await failure(() => client.measurements({ ...QUESTION, attempts: 1 }));
    assertEquals(await isDown(), true);
  }
});

Deno.test("what is one question's own is no trouble of the source", async () => {
  for (const status of [403, 404, 408, 422]) {
    const { client, server, isDown } = watched();
    server.answer = answering(status, {});
    await failure(() => client.measurements(QUESTION));
    assertEquals(await isDown(), undefined);
  }
  // Nor is a sensor that is asked once a day whether it answers again.
  const { client, server, isDown } = watched();
  server.answer = answering(500, {});
  await failure(() => client.measurements({ ...QUESTION, attempts: 1 }));
  assertEquals(await isDown(), undefined);
});

Deno.test("a probe is one small request, which tells whether it is down or back, and stands for a minute", async () => {
  const { client, server, honest, health, isDown, clock } = watched();
  const { signal } = new AbortController();
  const probe = () => health.probe((signal) => client.probe(signal), signal);
  assertEquals([await probe(), client.requests], [null, 1]);
  server.answer = answering(500, {});
  await failure(() => client.measurements(QUESTION));
  const before = client.requests;
  const why = await probe();
  assertEquals([client.requests - before, await isDown()], [1, true]);
  server.answer = honest;
  assertEquals([await probe(), client.requests - before], [why, 1]);
  await clock.sleep(MINUTE);
  assertEquals([await probe(), client.requests - before, await isDown()], [null, 2, undefined]);
  // One that finds it down where nobody knew counts, too.
  server.answer = answering(500, {});
  assertEquals([await probe() !== null, await probe() !== null, client.requests - before], [true, true, 3]);
});

Deno.test("the sensors that are set aside are told, those that answer again or are gone are not", async () => {
  const kv = memoryKeyValue();
  const hours = [{ from: NOW - HOUR, to: NOW }];
  for (const sensor of [7, 8, 9]) await setAside(kv, sensor, hours, "answered 500", NOW);
  await changeGap(kv, 8, (gap) => gap && { ...gap, recovered: true });
  await changeGap(kv, 9, (gap) => gap && { ...gap, gone: NOW });
  assertEquals(await failingSensors(kv), [
    {
      subject: "7",
      message: `sensor 7 is set aside since ${new Date(NOW).toISOString().replace(".000", "")}: answered 500`,
    },
  ]);
});
