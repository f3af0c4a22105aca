import { DAY, HOUR, type Instant, iso } from "../../core/instant.ts";
import { seeded } from "./random.ts";

/** The window that every life asks for: three days. */
export const FROM = Date.UTC(2024, 2, 1);
export const TO = FROM + 3 * DAY;

export interface Row {
  readonly start: Instant;
  /** As it is written in JSON. */
  readonly value: string;
  readonly unit: string;
  readonly flagged: boolean;
}

export interface Sensor {
  readonly id: number;
  readonly location: number;
  readonly parameter: string;
  readonly rows: readonly Row[];
  /** Answers always contradict themselves. */
  readonly lying: boolean;
}

const UNITS: Readonly<Record<string, readonly string[]>> = {
  pm25: ["µg/m³", "μg/m³"],
  pm10: ["µg/m³", "μg/m³", "mg/m³"],
  no2: ["ppb", "ppm", "µg/m³"],
  so2: ["ppb", "µg/m³", "μg/m³"],
  o3: ["ppm", "ppb"],
  co: ["ppm", "ppb", "furlong"],
  temperature: ["c"],
};
/** What instruments do not say. */
const ODD = ["null", "-999", "-0.5", "1.8e302", "-1e300", "1e999", "NaN", "0", "100000.5", "1e14"];

/** An API that misbehaves by the seed, and what it would say if it were honest. */
export function fuzzedApi(seed: number) {
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const one = <T>(all: readonly T[]): T => all[below(all.length)]!;
  const chance = (p: number) => random() < p;
  const sensors: Sensor[] = [];
  for (let location = 1; location <= 1 + below(3); location++) {
    for (let i = 0; i <= below(4); i++) {
      const parameter = one(Object.keys(UNITS));
      const own = UNITS[parameter]!;
      const unit = one(own);
      const changing = chance(0.2);
      const rows: Row[] = [];
      for (let start = FROM - 3 * HOUR; start < TO + 3 * HOUR; start += HOUR) {
        if (chance(0.1)) continue;
        for (let copy = 0; copy <= (chance(0.05) ? 1 : 0); copy++) {
          const value = chance(0.05) ? one(ODD) : String(Math.round(random() * 4_000) / 100);
          rows.push({ start, value, unit: changing ? one(own) : unit, flagged: chance(0.03) });
        }
      }
      sensors.push({ id: 10 * location + i, location, parameter, rows, lying: chance(0.04) });
    }
  }
  const habits = {
    cap: chance(0.3) ? 50 : 1_000,
    saysCap: chance(0.5),
    most: chance(0.3) ? 30 : Infinity,
    shuffled: chance(0.3),
    strays: chance(0.3),
    trouble: chance(0.6) ? 0.15 : 0,
    badLocation: chance(0.2),
    repeatedLocation: chance(0.2),
  };
  const time = (instant: Instant) => ({ utc: iso(instant), local: "" });
  const json = (body: string, status = 200, headers: HeadersInit = {}) =>
    new Response(body, {
      status,
      headers: { "content-type": "application/json", "x-airgraph-source": "simulated:fuzzed", ...headers },
    });

  function locations(): Response {
    const all = [...new Set(sensors.map(({ location }) => location))].map((id) => ({
      id,
      name: `station ${id}`,
      locality: null,
      timezone: "Asia/Bangkok",
      country: { id: 56, code: "VN", name: "Vietnam" },
      isMobile: false,
      isMonitor: true,
      coordinates: { latitude: 21, longitude: 105 },
      datetimeFirst: time(FROM - 30 * DAY),
      datetimeLast: time(TO + 30 * DAY),
      sensors: sensors.filter(({ location }) => location === id).map(({ id, parameter, rows }) => ({
        id,
        name: "",
        parameter: { id: 1, name: parameter, units: rows[0]?.unit ?? "c", displayName: null },
      })),
    }));
    if (habits.repeatedLocation) all.push(all[0]!);
    if (habits.badLocation) all.push({ ...all[0]!, id: 2 ** 31 });
    return json(JSON.stringify({ meta: { limit: 1_000, found: all.length }, results: all }));
  }

  function measurements(sensor: Sensor, from: Instant, to: Instant): Response {
    const width = habits.strays ? 2 * HOUR : 0;
    const inside = (end: Instant) => end > from - width && end <= to + width;
    const all = sensor.rows.filter(({ start }) => inside(start + HOUR));
    if (all.length > habits.most && to - from > DAY) return json(`{"detail":"too much"}`, 408);
    const strays = all.filter(({ start }) => start + HOUR <= from || start + HOUR > to);
    const own = all.filter((row) => !strays.includes(row));
    const rows = own.length + strays.length > habits.cap ? own.slice(0, habits.cap) : [...strays, ...own];
    const full = rows.length === habits.cap;
    if (full) rows.sort((a, b) => a.start - b.start);
    else if (habits.shuffled) rows.sort(() => random() - 0.5);
    else rows.sort((a, b) => a.start - b.start);
    const texts = rows.map(({ start, value, unit, flagged }) => {
      const parameter = JSON.stringify({ id: 1, name: sensor.parameter, units: unit, displayName: null });
      const period = JSON.stringify({
        interval: "01:00:00",
        datetimeFrom: time(start),
        datetimeTo: time(start + HOUR),
      });
      return `{"value":${value},"flagInfo":{"hasFlags":${flagged}},"parameter":${parameter},"period":${period}}`;
    });
    const found = sensor.lying ? texts.length + 13 : own.length + strays.length;
    const lied = sensor.lying && texts.length % 50 === 0 ? texts.slice(1) : texts;
    const limit = habits.saysCap ? habits.cap : 1_000;
    return json(`{"meta":{"limit":${limit},"found":${found}},"results":[${lied.join(",")}]}`);
  }

  function troubled(): Response {
    switch (below(5)) {
      case 0:
        return json(`{"detail":"Too many requests"}`, 429, { "x-ratelimit-reset": one(["0", "1"]) });
      case 1:
        return json("<html>busy");
      case 2:
        return json(`{"meta":{"limit":1000,"found":500},"results":[]}`);
      case 3: {
        const half = new TextEncoder().encode(`{"meta":{},"results":[{"value":`);
        return new Response(half, {
          headers: { "content-type": "application/json", "x-airgraph-source": "simulated:fuzzed" },
        });
      }
      default:
        return json(`{"detail":"Internal Server Error"}`, one([500, 502, 503]));
    }
  }

  const answered = new Map<string, number>();
  function answer({ url }: Request): Response {
    const { pathname, searchParams } = new URL(url);
    if (pathname === "/v3/countries") return json(`{"meta":{},"results":[]}`);
    // Trouble passes: no question is troubled more than twice.
    const times = answered.get(url) ?? 0;
    if (times < 2 && chance(habits.trouble)) {
      answered.set(url, times + 1);
      return troubled();
    }
    if (pathname === "/v3/locations") return locations();
    const sensor = sensors.find(({ id }) => pathname === `/v3/sensors/${id}/measurements`);
    const [from, to] = ["datetime_from", "datetime_to"].map((name) => Date.parse(searchParams.get(name)!));
    return sensor === undefined ? json("{}", 404) : measurements(sensor, from!, to!);
  }
  return { sensors, habits, answer };
}

const LIMITS: Readonly<Record<string, number>> = {
  pm25: 1000,
  pm10: 1500,
  no2: 500,
  so2: 2000,
  o3: 500,
  co: 100_000,
};
const PER_PPB: Readonly<Record<string, number>> = { no2: 1.882, so2: 2.62, o3: 1.963, co: 1.146 };

/** The mart that honest answers make, by location, time and pollutant; the lines are sorted. */
export function martOf(sensors: readonly Sensor[]): string[] {
  const cells = new Map<string, { sensor: number; value: number }>();
  for (const { id, location, parameter, rows } of sensors) {
    for (const { start, value: text, unit, flagged } of rows) {
      if (start < FROM || start >= TO || !(parameter in LIMITS)) continue;
      const plain = unit.replace("\u03bc", "\u00b5");
      const factor = PER_PPB[parameter];
      const known = plain === "µg/m³" || factor !== undefined && (plain === "ppb" || plain === "ppm");
      const measured = text === "null" ? NaN : Number(text);
      const value = plain === "µg/m³" ? measured : measured * (plain === "ppm" ? 1_000 : 1) * (factor ?? NaN);
      if (!known || flagged || !(measured >= 0) || !(value <= LIMITS[parameter]!)) continue;
      const key = `${location} ${iso(start)} ${parameter}`;
      const best = cells.get(key);
      const better = best === undefined || id < best.sensor || id === best.sensor && value < best.value;
      if (better) cells.set(key, { sensor: id, value });
    }
  }
  return [...cells].map(([key, { value }]) => `${key} ${value}`).sort();
}
