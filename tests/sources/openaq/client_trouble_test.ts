import { assert, assertEquals, assertLessOrEqual, assertRejects, assertStringIncludes } from "@std/assert";
import { type Clock, HOUR, MINUTE, SECOND } from "../../../core/mod.ts";
import { OpenAQ } from "../../../sources/openaq/client.ts";
import { unpaced } from "../../../sources/openaq/pace.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { memoryLog } from "./parts.ts";
import { fakeClock } from "../../fake_clock.ts";
import { answering, type Handler, NOW, served } from "./served.ts";
import { auto, failure, inTurn, KEY, QUESTION } from "./asking.ts";

Deno.test("a key of a few letters takes none out of what is answered", async () => {
  const { client } = served(answering(401, { message: "Unauthorized: e" }), auto(), { key: "e" });
  const error = await failure(() => client.locations(56));
  assert(error.message.includes('"Unauthorized: e"'), error.message);
});

for (const status of [401, 403]) {
  Deno.test(`${status} stops at once, names OPENAQ_API_KEY and never the key`, async () => {
    const body = { message: `Unauthorized: ${KEY} is not valid` };
    const { client, log } = served(answering(status, body), auto(), { key: KEY });
    const error = await failure(() => client.locations(56));
    assertEquals([error.trouble, client.requests], [status === 401 ? "key" : "forbidden", 1]);
    assertEquals(
      error.message,
      `asking OpenAQ: "http://openaq.test/v3/locations?countries_id=56&limit=1000&page=1" answered ${status} ` +
        `"Unauthorized: *** is not valid", wanted a valid OPENAQ_API_KEY`,
    );
    assert(!log.lines.join().includes(KEY));
  });
}

Deno.test("the key is sent, and a wrong one is refused", async () => {
  const handler = simulatedOpenAQ({ dataset: generated(), clock: auto(), key: KEY });
  assertEquals((await served(handler, auto(), { key: KEY }).client.locations(56)).locations.length, 12);
  assertEquals((await failure(() => served(handler, auto()).client.locations(56))).trouble, "key");
});

Deno.test("404 and 422 are told apart and not tried again", async () => {
  const { client } = served(simulatedOpenAQ({ dataset: generated(), clock: auto() }), auto());
  assertEquals((await failure(() => client.sensors(1))).trouble, "missing");
  const invalid = await failure(() => client.measurements({ ...QUESTION, to: QUESTION.from }));
  assertEquals(invalid.trouble, "invalid");
  assertStringIncludes(invalid.message, `answered 422 "date_to must be after date_from"`);
  assertEquals(client.requests, 2);
});

Deno.test("429 waits for the reset and asks again", async () => {
  const clock = auto();
  const dataset = generated();
  const limited = answering(429, { detail: "Too many requests" }, { "x-ratelimit-reset": "17" });
  const { client } = served(inTurn(limited, simulatedOpenAQ({ dataset, clock })), clock);
  await client.locations(56);
  assertEquals([clock.now() - NOW, client.requests], [17 * SECOND, 2]);
  assertEquals((await failure(() => served(limited, auto()).client.locations(56))).trouble, "limited");
});

Deno.test("waits that the answers ask for are capped at an hour, and said", async () => {
  const cases = [
    [{ "x-ratelimit-reset": "1000000000" }, HOUR],
    [{ "x-ratelimit-reset": "0" }, SECOND],
    [{ "retry-after": "90" }, 90 * SECOND],
    [{ "retry-after": "90", "x-ratelimit-reset": "17" }, 90 * SECOND],
    [{ "retry-after": new Date(NOW + 2 * MINUTE).toUTCString() }, 2 * MINUTE],
    [{}, MINUTE],
  ] as const;
  for (const [headers, wait] of cases) {
    const clock = auto();
    const limited = answering(429, { detail: "Too many requests" }, headers);
    const { client, log } = served(
      inTurn(limited, simulatedOpenAQ({ dataset: generated(), clock })),
      clock,
    );
    await client.locations(56);
    assertEquals(clock.now() - NOW, wait);
    assertStringIncludes(log.lines[0]!, `waiting`);
    assertStringIncludes(log.lines[0]!, `"seconds":${wait / SECOND}`);
  }
  const clock = auto();
  const always = served(answering(429, {}, { "x-ratelimit-reset": "3000" }), clock).client;
  assertEquals((await failure(() => always.locations(56))).trouble, "limited");
  assertEquals([clock.now() - NOW, always.requests], [HOUR, 3]);
});

Deno.test("a body that breaks off, or is too large, is a failing answer", async () => {
  const streaming =
    (pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void): Handler => () =>
      Promise.resolve(new Response(new ReadableStream({ pull })));
  const broken = served(streaming((controller) => controller.error(new Error("reset"))), auto()).client;
  const error = await failure(() => broken.countries());
  assertEquals([error.trouble, broken.requests], ["failing", 3]);
  assertStringIncludes(error.message, "broke off after 0 bytes, wanted a whole answer");

  let sent = 0;
  const megabyte = new Uint8Array(2 ** 20).fill(32);
  const endless = served(
    streaming((controller) => {
      sent++;
      controller.enqueue(megabyte);
    }),
    auto(),
  ).client;
  assertStringIncludes(
    (await failure(() => endless.countries())).message,
    "answered more than 64 MiB, wanted less",
  );
  assertLessOrEqual(sent, 3 * 67);
});

Deno.test("a server's clock that is far off is told once, or believed in nothing", async () => {
  const at = (by: number, more: Record<string, string> = {}) => {
    const date = new Date(NOW + by).toUTCString();
    return served(answering(200, { results: [] }, { date, ...more }), fakeClock(NOW));
  };
  for (const parts of [at(4 * MINUTE), at(-4 * MINUTE), at(-2 * HOUR, { age: "7200" })]) {
    await parts.client.countries();
    assertEquals(parts.log.lines, []);
  }
  for (const by of [5 * MINUTE, -59 * MINUTE]) {
    const { client, log } = at(by);
    await client.countries();
    await client.countries();
    assertEquals(log.lines.length, 1);
    assertStringIncludes(log.lines[0]!, `"here":"2026-01-15T07:20:00Z"`);
  }
  for (const by of [HOUR, -30 * 24 * HOUR]) {
    const { client } = at(by);
    const error = await failure(() => client.countries());
    assertEquals([error.trouble, client.requests], ["clock", 1]);
    assertStringIncludes(error.message, "while it is 2026-01-15T07:20:00Z by this machine's clock");
  }
});

Deno.test("what may pass is tried again with back-off", async () => {
  const clock = auto();
  const { client } = served(
    inTurn(
      answering(502, "Bad Gateway"),
      () => Promise.reject(new TypeError("error sending request: connection reset")),
      simulatedOpenAQ({ dataset: generated(), clock }),
    ),
    clock,
  );
  await client.locations(56);
  assertEquals([client.requests, clock.now() - NOW], [3, (1 + 4) * SECOND]);
});

Deno.test("what does not pass is one line that shows the answer", async () => {
  const { client } = served(answering(500, { detail: "Internal\nServer Error" }), auto());
  const error = await failure(() => client.measurements(QUESTION));
  assertEquals([error.trouble, client.requests], ["failing", 3]);
  assertStringIncludes(error.message, `answered 500 "Internal Server Error"`);
  const garbage = served(() => Promise.resolve(new Response("<html>busy</html>")), auto());
  assertStringIncludes(
    (await failure(() => garbage.client.countries())).message,
    `answered "<html>busy</html>", wanted JSON`,
  );
});

Deno.test("a server that never answers is given up within a minute", async () => {
  const clock = auto();
  const { client } = served(() => new Promise(() => {}), clock);
  const error = await failure(() => client.locations(56));
  assertEquals(error.trouble, "failing");
  assertLessOrEqual(clock.now() - NOW, MINUTE);
  assertStringIncludes(error.message, "did not answer, wanted an answer within");
});

Deno.test("a port where nobody listens is one line, within a minute", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  let now = NOW;
  const clock: Clock = {
    now: () => now,
    awake: () => now,
    asleep: () => 0,
    sleep: (duration, signal) =>
      duration > 20 * SECOND
        ? new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))
        : Promise.resolve(void (now += duration)),
  };
  const log = memoryLog();
  const url = `http://name:password@127.0.0.1:${port}/v3/`;
  const client = new OpenAQ({
    url,
    key: KEY,
    fetch,
    clock,
    random: () => 0.5,
    log,
    pace: unpaced,
    timeout: 30 * SECOND,
  });
  const error = await failure(() => client.locations(56));
  assertEquals(error.trouble, "unreachable");
  assertLessOrEqual(clock.now() - NOW, MINUTE);
  assertEquals(
    error.message,
    `asking OpenAQ: "http://127.0.0.1:${port}/v3/locations?countries_id=56&limit=1000&page=1" cannot be reached ` +
      "(connection refused), wanted an answer within 60 s",
  );
});

Deno.test("cancelling ends the question with the signal's reason", async () => {
  const cancel = new AbortController();
  const { client } = served(() => new Promise(() => {}), fakeClock(NOW));
  const asked = client.locations(56, cancel.signal);
  cancel.abort(new Error("enough"));
  await assertRejects(() => asked, Error, "enough");
});

Deno.test("time asleep is nobody's failure: what was under way is asked again", async () => {
  const clock = fakeClock(NOW);
  let answered = 0;
  const honest = simulatedOpenAQ({ dataset: generated(), clock });
  const { client, log } = served(
    (request) => ++answered > 4 ? honest(request) : new Promise(() => {}), // the first four never answer
    clock,
  );
  const asked = client.measurements(QUESTION);
  for (let sleep = 0; sleep < 4; sleep++) {
    await clock.advance(SECOND);
    clock.suspend(HOUR);
    await clock.advance(30 * SECOND); // the whole time-out, awake: it is no attempt, and takes no patience
  }
  await asked;
  assertEquals(client.requests, 5);
  assertStringIncludes(log.lines[0]!, "asleep");
});

for (
  const [reason, trouble] of [
    ["connection closed before message completed", "failing"],
    ["Connection refused (os error 111)", "unreachable"],
  ] as const
) {
  Deno.test(`a connection that ends with "${reason}" is ${trouble}`, async () => {
    const { client } = served(() => Promise.reject(new TypeError(reason)), auto());
    assertEquals((await failure(() => client.locations(56))).trouble, trouble);
  });
}
