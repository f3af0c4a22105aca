import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HOUR } from "../../../core/mod.ts";
import { UNUSABLE } from "../../../sources/openaq/page.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { answering, NOW, served } from "./served.ts";
import { auto, failure, QUESTION, SENSOR } from "./asking.ts";

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
