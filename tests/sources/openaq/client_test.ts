import { assert, assertEquals, assertLessOrEqual, assertRejects, assertStringIncludes } from "@std/assert";
import { type Clock, HOUR, MINUTE, SECOND } from "../../../core/mod.ts";
import { OpenAQ } from "../../../sources/openaq/client.ts";
import { OpenAQError } from "../../../sources/openaq/error.ts";
import { UNUSABLE } from "../../../sources/openaq/page.ts";
import { unpaced } from "../../../sources/openaq/pace.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { memoryLog } from "./parts.ts";
import { fakeClock } from "../../fake_clock.ts";
import { answering, type Handler, NOW, served } from "./served.ts";

const KEY = "secret-0123456789";
const SENSOR = 50_000_001;
const QUESTION = { sensor: SENSOR, from: NOW - 24 * HOUR, to: NOW };

function auto() {
  return fakeClock(NOW, { auto: true });
}

/** Answers with each handler in turn, then with the last. */
function inTurn(...handlers: [Handler, ...Handler[]]): Handler {
  return (request) => (handlers.length > 1 ? handlers.shift()! : handlers[0])(request);
}

async function failure(ask: () => Promise<unknown>): Promise<OpenAQError> {
  const error = await assertRejects(ask, OpenAQError);
  assert(!error.message.includes(KEY) && !error.message.includes("\n"));
  return error;
}

Deno.test("every endpoint is read", async () => {
  const { client } = served(simulatedOpenAQ({ dataset: generated({ seed: 7 }), clock: auto() }), auto());
  assertEquals(client.source, "http://openaq.test");
  const { locations, askedAt } = await client.locations(56);
  assertEquals([client.source, askedAt, locations.length], ["simulated:7", NOW, 12]);
  assertEquals(locations.map(({ locality }) => locality).slice(2, 6), ["Da Nang", null, "Can Tho", "N/A"]);
  assertEquals((await client.locations(13)).locations, []);
  const [location] = locations;
  const sensors = await client.sensors(location!.id);
  assertEquals(sensors.map(({ id }) => id), location!.sensors.map(({ id }) => id));
  assertEquals(
    (await client.latest(location!.id)).map(({ sensorsId }) => sensorsId),
    sensors.map(({ id }) => id),
  );
  assertEquals((await client.countries()).map(({ name }) => name), ["Vietnam"]);
  assert((await client.parameters()).some(({ name, units }) => name === "o3" && units === "ppb"));
  assertEquals(client.requests, 6);
});

Deno.test("all pages of locations are asked for", async () => {
  const dataset = generated({ sensors: 5_000 });
  const { client } = served(simulatedOpenAQ({ dataset, clock: auto() }), auto());
  const { locations } = await client.locations(56);
  assertEquals([locations.length, client.requests], [1_000, 2]);
});

Deno.test("pages of two lists are no list: the first says another total than the second", async () => {
  const clock = auto();
  const honest = simulatedOpenAQ({ dataset: generated({ sensors: 6_000 }), clock });
  const { client } = served(async (request) => {
    const answer = await (await honest(request)).json();
    answer.meta.found = request.url.includes("page=1") ? 1_300 : 1_200;
    return Response.json(answer);
  }, clock);
  const { trouble, message } = await failure(() => client.locations(56));
  assertEquals(trouble, "failing");
  assertStringIncludes(message, "meta.found: 1200, wanted 1300 as on the page before");
});

Deno.test("an answer that a cache kept is as old as the cache says, and none is asked for", async () => {
  const asked: (string | null)[] = [];
  const { client } = served(({ headers }) => {
    asked.push(headers.get("cache-control"));
    return Promise.resolve(Response.json({ meta: {}, results: [] }, { headers: { age: "7200" } }));
  }, auto());
  assertEquals((await client.measurements(QUESTION)).askedAt, NOW - 2 * HOUR);
  assertEquals((await client.locations(56)).askedAt, NOW - 2 * HOUR);
  assertEquals(asked, ["no-cache", "no-cache"]);
});

Deno.test("measurements come as columns, µ as the micro sign", async () => {
  const time = (hour: number) => ({ utc: `2026-01-15T0${hour}:00:00Z`, local: "" });
  const parameter = { id: 2, name: "pm25", units: "\u03bcg/m³", displayName: null };
  const row = (value: number | null, period: unknown, hasFlags = false) => ({
    value,
    flagInfo: { hasFlags },
    parameter,
    period,
    unknown: "field",
  });
  const rows = [
    row(1.5, { interval: "01:00:00", datetimeFrom: time(1), datetimeTo: time(2) }),
    row(null, { interval: "01:00:00", datetimeFrom: null, datetimeTo: time(3) }, true),
    row(2, { interval: "24:00:00", datetimeFrom: null, datetimeTo: time(4) }),
    row(-999, null),
    row(3, { interval: null, datetimeFrom: null, datetimeTo: time(4) }),
  ];
  const { client } = served(answering(200, { results: rows }), auto());
  const { page, full } = await client.measurements(QUESTION);
  const at = (hour: number) => Date.UTC(2026, 0, 15, hour);
  assertEquals([full, page.series], [false, [{ parameter: "pm25", unit: "\u00b5g/m³" }]]);
  assertEquals([...page.start], [at(1), at(2), at(-20), NaN, NaN]);
  assertEquals([...page.end], [at(2), at(3), at(4), at(4), at(4)]);
  assertEquals([...page.value], [1.5, NaN, 2, -999, 3]);
  assertEquals([...page.kind], [0, 1, 2, 4, 4]);
});

Deno.test("rows are judged one by one", async () => {
  const row = (hour: number, value: unknown, units = "ppm", more = {}) => ({
    value,
    parameter: { name: "co", units },
    period: {
      datetimeFrom: { utc: `2026-01-15T0${hour}:00:00Z` },
      datetimeTo: { utc: `2026-01-15T0${hour + 1}:00:00Z` },
    },
    ...more,
  });
  const rows = [
    row(4, 4, "\u03bcg/m³"),
    row(1, 1.8e302, "ppb"),
    row(2, 2),
    row(3, "INFINITY"),
    row(0, "7"),
    row(5, 5, "ppm", { period: { datetimeTo: { utc: "yesterday" } } }),
    row(6, 6, "\u00b5g/m³"),
    row(6, 6, "ppm", { period: { datetimeTo: { utc: "2999-01-01T00:00:00Z" } } }),
  ];
  const text = JSON.stringify({ results: rows }).replace(`"INFINITY"`, "-Infinity");
  const { client } = served(() => Promise.resolve(new Response(text)), auto());
  const { page, full } = await client.measurements(QUESTION);
  const at = (hour: number) => Date.UTC(2026, 0, 15, hour);
  assertEquals([full, page.count], [false, 7]);
  assertEquals(page.series, ["\u00b5g/m³", "ppb", "ppm"].map((unit) => ({ parameter: "co", unit })));
  const read = Array.from(page.end, (end, i) => [end, page.kind[i], page.series[page.of[i]!]!.unit]);
  assertEquals(read.filter(([, kind]) => kind === 0), [
    [at(3), 0, "ppm"],
    [at(5), 0, "\u00b5g/m³"],
    [at(7), 0, "\u00b5g/m³"],
  ]);
  assertEquals(page.kind.filter((kind) => kind & UNUSABLE).length, 4);
});

Deno.test("locations and sensors are judged one by one", async () => {
  const clock = auto();
  const honest = simulatedOpenAQ({ dataset: generated(), clock });
  const { client } = served(async (request) => {
    const answer = await (await honest(request)).json();
    const [a, b, c, d] = answer.results;
    answer.results.push({ ...a, id: 2 ** 31 }, { ...a, id: -1 }, { ...a, id: 1.5 }, { ...d, name: "again" });
    b.sensors[0].id = -7;
    c.coordinates.latitude = 1.8e302;
    return Response.json(answer);
  }, clock);
  const { locations, setAside } = await client.locations(56);
  const whole = await served(honest, clock).client.locations(56);
  const names = (all: typeof locations) => all.map(({ id, name }) => [id, name]);
  assertEquals(names(locations), names(whole.locations));
  assertEquals(locations[1]!.sensors, whole.locations[1]!.sensors.slice(1));
  assertEquals([locations[2]!.coordinates, setAside.length], [null, 5]);
  const [b, c] = [locations[1]!.id, locations[2]!.id];
  assertEquals(
    setAside[0],
    `location ${b}: a sensor is left out: sensors.0.id: -7, wanted ${setAside[0]!.split("wanted ")[1]}`,
  );
  assertStringIncludes(setAside[1]!, `location ${c}: its coordinates are left out: 1.8e+302, `);
  assertStringIncludes(setAside[2]!, "a location is left out: results.12.id: 2147483648, wanted");
});

Deno.test("a broken field is named with its path and the URL", async () => {
  const asking = (results: unknown) => served(answering(200, { results }), auto()).client;
  const row = {
    value: 1,
    flagInfo: { hasFlags: false },
    parameter: { name: "co", units: "ppm" },
    period: null,
  };
  const messageOf = async (results: unknown) =>
    (await failure(() => asking(results).measurements(QUESTION))).message;
  const url =
    `asking OpenAQ: "http://openaq.test/v3/sensors/${SENSOR}/measurements?datetime_from=2026-01-14T07:20:00Z` +
    `&datetime_to=2026-01-15T07:20:00Z&limit=1000&page=1" answered `;
  assertEquals(await messageOf([{ ...row, value: "7" }]), `${url}results.0.value: "7", wanted number`);
  const late = { ...row, period: { datetimeTo: { utc: "2026-01-15T06:00:00Z" } } };
  const early = { ...row, period: { datetimeTo: { utc: "2026-01-15T05:00:00Z" } } };
  assertEquals(
    await messageOf(Array.from({ length: 1_000 }, (_, i) => i === 999 ? early : late)),
    `${url}results.999.period.datetimeTo.utc: "2026-01-15T05:00:00Z", wanted none before 2026-01-15T06:00:00Z ` +
      "on a full page",
  );
  const other = { ...row, period: { datetimeTo: { utc: "2026-01-11T06:00:00Z" } } };
  assertEquals(
    await messageOf([other]),
    `${url}results.0.period.datetimeTo.utc: "2026-01-11T06:00:00Z", ` +
      "wanted one from 2026-01-14T07:20:00Z to 2026-01-15T07:20:00Z",
  );
  const never = { ...row, period: { datetimeTo: { utc: "2026-01-15T06:00:00" } } };
  assertEquals(
    await messageOf([never]),
    `${url}results.0.period.datetimeTo.utc: "2026-01-15T06:00:00", wanted a time`,
  );
  assertEquals(await messageOf(7), `${url}results: 7, wanted array`);
  const { message } = await failure(() => asking([{ id: 1 }]).countries());
  assertStringIncludes(
    message,
    `/v3/countries?limit=1000&page=1" answered results.0.code: nothing, wanted string`,
  );
});

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
  assertEquals([error.trouble, broken.requests], ["failing", 5]);
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
  assertLessOrEqual(sent, 5 * 67);
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
      () => Promise.resolve(new Response("<html>")),
      () => Promise.reject(new TypeError("error sending request: connection reset")),
      simulatedOpenAQ({ dataset: generated(), clock }),
    ),
    clock,
  );
  await client.locations(56);
  assertEquals([client.requests, clock.now() - NOW], [4, (0.5 + 1 + 2) * SECOND]);
});

Deno.test("what does not pass is one line that shows the answer", async () => {
  const { client } = served(answering(500, { detail: "Internal\nServer Error" }), auto());
  const error = await failure(() => client.measurements(QUESTION));
  assertEquals([error.trouble, client.requests], ["failing", 5]);
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
