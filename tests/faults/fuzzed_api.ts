import { DAY, HOUR, type Instant, iso } from "../../core/mod.ts";
import { boundsOf, type Phase, type Row, type Sensor, type World } from "./fuzzed_world.ts";
import { seededBy } from "./random.ts";
import { pause } from "./until.ts";

/** How long a drop of an answer takes, and how many it has; together less than the least time-out. */
const [DROP, DROPS] = [5, 20];

/** An API that answers of a world, and misbehaves by chance: by the same in each life of the seed, whoever asks first. */
export function fuzzedApi({ seed, sensors, places }: World) {
  const habitual = seededBy(seed, "habits");
  const chance = (p: number, random = habitual) => random() < p;
  const habits = {
    cap: chance(0.3) ? 50 : 1_000,
    saysCap: chance(0.5),
    most: chance(0.3) ? 30 : Infinity,
    shuffled: chance(0.3),
    strays: chance(0.3),
    trouble: chance(0.6) ? 0.15 : 0,
    dripping: chance(0.3) ? 0.3 : 0,
    badLocation: chance(0.2),
    repeatedLocation: chance(0.2),
  };
  const self = { phase: 1 as Phase, requests: 0, failures: 0, seen: (_request: number) => {}, answer };
  const time = (instant: Instant) => ({ utc: iso(instant), local: "" });

  function locations(): Response {
    const all = places.map((place) => {
      const { first, last } = boundsOf(place, self.phase);
      const own = sensors.filter(({ location, unlisted }) =>
        location === place.id && !unlisted.includes(self.phase)
      );
      return {
        id: place.id,
        name: `station ${place.id}`,
        locality: null,
        timezone: "Asia/Bangkok",
        country: { id: 56, code: "VN", name: "Vietnam" },
        isMobile: false,
        isMonitor: true,
        coordinates: { latitude: 21, longitude: 105 },
        datetimeFirst: time(first),
        datetimeLast: time(last),
        sensors: own.map(({ id, parameter, rows }) => ({
          id,
          name: "",
          parameter: { id: 1, name: parameter, units: rows[0]?.unit ?? "c", displayName: null },
        })),
      };
    });
    // A place without sensors is one that is not listed, but for the first: a country has one.
    const shown = all.filter((place, i) => i === 0 || place.sensors.length > 0);
    if (habits.repeatedLocation) shown.push(shown[0]!);
    if (habits.badLocation) shown.push({ ...shown[0]!, id: 2 ** 31 });
    return json(JSON.stringify({ meta: { limit: 1_000, found: shown.length }, results: shown }));
  }

  function measurements(sensor: Sensor, from: Instant, to: Instant, random: () => number): Response {
    const width = habits.strays ? 2 * HOUR : 0;
    const inside = (end: Instant) => end > from - width && end <= to + width;
    const all = sensor.rows.filter(({ start, since, until }) =>
      inside(start + HOUR) && since <= self.phase && self.phase <= until
    );
    if (all.length > habits.most && to - from > DAY) return json(`{"detail":"too much"}`, 408);
    const strays = all.filter(({ start }) => start + HOUR <= from || start + HOUR > to);
    const own = all.filter((row) => !strays.includes(row));
    const fitting = own.length + strays.length > habits.cap ? own : [...strays, ...own];
    const rows = fitting.slice(0, habits.cap);
    if (rows.length < habits.cap && habits.shuffled) rows.sort(() => random() - 0.5);
    else rows.sort((a, b) => a.start - b.start);
    const texts = rows.map((row) => rowText(sensor, row));
    const found = sensor.lying ? texts.length + 13 : fitting.length;
    if (sensor.lying) self.failures++;
    const lied = sensor.lying && texts.length % 50 === 0 ? texts.slice(1) : texts;
    const limit = habits.saysCap ? habits.cap : 1_000;
    return json(`{"meta":{"limit":${limit},"found":${found}},"results":[${lied.join(",")}]}`);
  }

  function rowText({ parameter }: Sensor, { start, value, unit, flagged, period }: Row): string {
    const measured = JSON.stringify({ id: 1, name: parameter, units: unit, displayName: null });
    const averaged = period === "none" ? null : {
      interval: "01:00:00",
      datetimeFrom: period === "to" ? null : time(start),
      datetimeTo: period === "from" ? null : time(start + HOUR),
    };
    return `{"value":${value},"flagInfo":{"hasFlags":${flagged}},"parameter":${measured},` +
      `"period":${JSON.stringify(averaged)}}`;
  }

  function troubled(random: () => number): Response {
    const which = Math.floor(random() * 5);
    if (which > 0) self.failures++;
    switch (which) {
      case 0:
        return json(`{"detail":"Too many requests"}`, 429, {
          "x-ratelimit-reset": oneOf(["0", "1"], random),
        });
      case 1:
        return json("<html>busy");
      case 2:
        return json(`{"meta":{"limit":1000,"found":500},"results":[]}`);
      case 3:
        return json(`{"meta":{},"results":[{"value":`);
      default:
        return json(`{"detail":"Internal Server Error"}`, oneOf([500, 502, 503], random));
    }
  }

  const [asked, troubles] = [new Map<string, number>(), new Map<string, number>()];
  async function answer({ url }: Request): Promise<Response> {
    const { pathname, search, searchParams } = new URL(url);
    const question = pathname + search;
    const times = asked.get(question) ?? 0;
    asked.set(question, times + 1);
    const random = seededBy(seed, `${self.phase} ${times} ${question}`);
    self.seen(++self.requests);
    if (pathname === "/v3/countries") return json(`{"meta":{},"results":[]}`);
    // Trouble passes: no question is troubled more than twice.
    const passed = troubles.get(question) ?? 0;
    if (passed < 2 && chance(habits.trouble, random)) {
      troubles.set(question, passed + 1);
      return troubled(random);
    }
    const response = whole();
    return chance(habits.dripping, random) ? await dripping(response) : response;

    function whole(): Response {
      if (pathname === "/v3/locations") return locations();
      const sensor = sensors.find(({ id }) => pathname === `/v3/sensors/${id}/measurements`);
      const [from, to] = ["datetime_from", "datetime_to"].map((name) => Date.parse(searchParams.get(name)!));
      return sensor === undefined ? json("{}", 404) : measurements(sensor, from!, to!, random);
    }
  }
  return self;
}

function oneOf<T>(all: readonly T[], random: () => number): T {
  return all[Math.floor(random() * all.length)]!;
}

function json(body: string, status = 200, headers: HeadersInit = {}): Response {
  return new Response(body, {
    status,
    headers: { "content-type": "application/json", "x-airgraph-source": "simulated:fuzzed", ...headers },
  });
}

/** An answer that comes drop by drop. */
async function dripping(response: Response): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const size = Math.max(1, Math.ceil(bytes.length / DROPS));
  let sent = 0;
  const body = new ReadableStream({
    async pull(controller) {
      if (sent > 0) await pause(DROP);
      controller.enqueue(bytes.subarray(sent, sent += size));
      if (sent >= bytes.length) controller.close();
    },
  });
  const { status, headers } = response;
  return new Response(body, { status, headers });
}
