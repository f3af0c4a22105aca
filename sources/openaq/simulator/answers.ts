import type { Instant } from "../../../core/mod.ts";
import { type Location, measurementSchema, type Parameter } from "../schema.ts";
import { instantOf } from "../time.ts";
import type { Dataset } from "./dataset.ts";
import { failure, NOT_FOUND, type Reply, results } from "./reply.ts";
import { datetime } from "./row_text.ts";
import { windowOf } from "./window.ts";

const TIMED_OUT =
  "Connection timed out: Try to provide more specific query parameters or a smaller time frame.";

/** The dataset and settings that answers to `GET` are made from. */
export interface Answering {
  readonly dataset: Dataset;
  readonly now: Instant;
  /** A window with more rows answers 408. */
  readonly mostRows: number;
  /** Sensors whose measurements fail, with their status. */
  readonly failing: ReadonlyMap<number, number>;
}

type Route = (from: Answering, query: URLSearchParams, id: number) => Promise<Reply>;

const ROUTES: readonly (readonly [RegExp, Route])[] = [
  [/^\/v3\/sensors\/(\d+)\/measurements$/, measurements],
  [/^\/v3\/sensors\/(\d+)$/, sensor],
  [/^\/v3\/locations$/, locations],
  [/^\/v3\/locations\/(\d+)$/, location],
  [/^\/v3\/locations\/(\d+)\/sensors$/, sensorsOfLocation],
  [/^\/v3\/locations\/(\d+)\/latest$/, latestOfLocation],
  [/^\/v3\/parameters$/, parameters],
  [/^\/v3\/parameters\/(\d+)\/latest$/, latestOfParameter],
  [/^\/v3\/countries$/, countries],
];

/** The answer to `GET` of a path. */
export async function answer(from: Answering, url: URL): Promise<Reply> {
  for (const [pattern, route] of ROUTES) {
    const match = pattern.exec(url.pathname);
    if (match) return await route(from, url.searchParams, Number(match[1]));
  }
  return NOT_FOUND;
}

async function measurements(from: Answering, query: URLSearchParams, sensor: number): Promise<Reply> {
  const { dataset, now, mostRows, failing } = from;
  const window = windowOf(query, now);
  if ("detail" in window) return failure(422, window.detail);
  const status = failing.get(sensor);
  if (status !== undefined) return failure(status, status === 408 ? TIMED_OUT : "Internal Server Error");
  const { limit, page } = window;
  const question = { sensor, from: window.from, to: window.to, now };
  if (mostRows < Infinity) {
    const all = await dataset.rows({ ...question, skip: 0, limit: mostRows + 1 });
    if (all.length > mostRows) return failure(408, TIMED_OUT);
  }
  const rows = await dataset.rows({ ...question, skip: (page - 1) * limit, limit });
  return results(rows, page, limit, rows.length === limit ? `>${limit}` : rows.length);
}

async function locations({ dataset, now }: Answering, query: URLSearchParams): Promise<Reply> {
  const country = query.get("countries_id");
  const all = await dataset.locations(now);
  const chosen = country === null ? all : all.filter((one) => one.country.id === Number(country));
  return paged(chosen, query, now, false);
}

async function location({ dataset, now }: Answering, _: URLSearchParams, id: number): Promise<Reply> {
  const found = (await dataset.locations(now)).find((one) => one.id === id);
  return found ? results([JSON.stringify(found)], 1, 1, 1) : failure(404, "Location not found");
}

async function sensor(from: Answering, _: URLSearchParams, id: number): Promise<Reply> {
  for (const location of await from.dataset.locations(from.now)) {
    if (!location.sensors.some((sensor) => sensor.id === id)) continue;
    return results([JSON.stringify(await sensorOf(from, location, id))], 1, 1, 1);
  }
  return failure(404, "Sensor not found");
}

async function sensorsOfLocation(from: Answering, _: URLSearchParams, id: number): Promise<Reply> {
  const location = (await from.dataset.locations(from.now)).find((one) => one.id === id);
  if (location === undefined) return failure(404, "Location not found");
  const all = await Promise.all(location.sensors.map(({ id }) => sensorOf(from, location, id)));
  return results(all.map((one) => JSON.stringify(one)), 1, 100, all.length);
}

async function latestOfLocation(from: Answering, query: URLSearchParams, id: number): Promise<Reply> {
  const location = (await from.dataset.locations(from.now)).find((one) => one.id === id);
  if (location === undefined) return failure(404, "Location not found");
  return await latest(from, query, [location], () => true);
}

async function latestOfParameter(from: Answering, query: URLSearchParams, id: number): Promise<Reply> {
  return await latest(
    from,
    query,
    await from.dataset.locations(from.now),
    (parameter) => parameter.id === id,
  );
}

async function parameters({ dataset, now }: Answering, query: URLSearchParams): Promise<Reply> {
  const all = parametersOf(await dataset.locations(now));
  return paged(all.map((one) => ({ ...one, description: null })), query, now, true);
}

async function countries({ dataset, now }: Answering, query: URLSearchParams): Promise<Reply> {
  const all = await dataset.locations(now);
  const byId = Map.groupBy(all, ({ country }) => country.id);
  const found = [...byId.values()].map((those) => {
    const first = those.flatMap(({ datetimeFirst }) => datetimeFirst?.utc ?? []).sort().at(0);
    const last = those.flatMap(({ datetimeLast }) => datetimeLast?.utc ?? []).sort().at(-1);
    const bounds = { datetimeFirst: first ?? null, datetimeLast: last ?? null };
    return { ...those[0]?.country, ...bounds, parameters: parametersOf(those) };
  });
  return paged(found, query, now, true);
}

async function latest(
  from: Answering,
  query: URLSearchParams,
  locations: readonly Location[],
  wanted: (parameter: Parameter) => boolean,
): Promise<Reply> {
  const found = [];
  for (const { id, coordinates, sensors } of locations) {
    for (const sensor of sensors) {
      if (!wanted(sensor.parameter)) continue;
      const newest = await newestOf(from, sensor.id);
      if (newest) found.push({ ...newest, coordinates, sensorsId: sensor.id, locationsId: id });
    }
  }
  return paged(found, query, from.now, true);
}

/** A sensor as the API answers it, with its newest row. */
async function sensorOf(from: Answering, location: Location, id: number) {
  const { datetimeFirst, datetimeLast, coordinates } = location;
  const newest = await newestOf(from, id);
  const latest = newest && { ...newest, coordinates };
  const sensor = location.sensors.find((one) => one.id === id);
  return { ...sensor, datetimeFirst, datetimeLast, coverage: null, latest: latest ?? null, summary: null };
}

async function newestOf({ dataset, now }: Answering, sensor: number) {
  const text = await dataset.newest(sensor, now);
  if (text === undefined) return undefined;
  const { period, value } = measurementSchema.parse(JSON.parse(text));
  return { datetime: period?.datetimeTo && datetime(instantOf(period.datetimeTo.utc)), value };
}

function parametersOf(locations: readonly Location[]): Parameter[] {
  const all = locations.flatMap(({ sensors }) => sensors.map(({ parameter }) => parameter));
  return [...new Map(all.map((one) => [one.id, one])).values()].sort((a, b) => a.id - b.id);
}

/** One page of all; only some endpoints know how many there are. */
function paged(all: readonly object[], query: URLSearchParams, now: Instant, knows: boolean): Reply {
  const window = windowOf(query, now);
  if ("detail" in window) return failure(422, window.detail);
  const { limit, page } = window;
  const those = all.slice((page - 1) * limit, page * limit);
  const found = knows ? all.length : those.length === limit ? `>${limit}` : those.length;
  return results(those.map((one) => JSON.stringify(one)), page, limit, found);
}
