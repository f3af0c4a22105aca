import { z } from "zod";
import type { Instant } from "../../../core/mod.ts";
import { checkedResults, locationSchema, measurementSchema } from "../schema.ts";
import { instantOf } from "../time.ts";
import type { Dataset } from "./dataset.ts";

/** The bytes of a file below the folder that is replayed, or undefined where there is none. */
export type ReadFile = (path: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** A row as it was answered. */
interface Row {
  readonly start: Instant;
  readonly end: Instant;
  text: string;
}

/**
 * Real answers, kept as `locations.json` (an answer of /v3/locations) and `measurements/<sensor>.json.gz`
 * (`{"results": […]}`, a sensor's whole history). A sensor without a file has no rows.
 * @throws {TypeError} If a file is not what it should be.
 */
export async function replayed(read: ReadFile): Promise<Dataset> {
  const file = await read("locations.json");
  if (file === undefined) {
    throw new TypeError(`replaying: found no "locations.json", wanted the locations' answer`);
  }
  const locations = contents(locationSchema, JSON.parse(new TextDecoder().decode(file)), "locations.json")
    .map(([location, answered]) => ({ ...answered, ...location }));
  const histories = new Map<number, Promise<Row[]>>();

  function historyOf(sensor: number): Promise<Row[]> {
    const known = histories.get(sensor) ?? load(read, `measurements/${sensor}.json.gz`);
    histories.set(sensor, known);
    return known;
  }

  return {
    source: undefined,
    locations: () => locations,
    async rows({ sensor, from, to, now, skip, limit }) {
      const rows = (await historyOf(sensor)).filter(({ end }) => end > from && end <= to && end <= now);
      return rows.slice(skip, skip + limit).map(({ text }) => text);
    },
    async newest(sensor, now) {
      return (await historyOf(sensor)).findLast(({ end }) => end <= now)?.text;
    },
    async change(sensor, start, value) {
      const row = (await historyOf(sensor)).find((row) => row.start === start);
      if (row === undefined) return false;
      row.text = JSON.stringify({ ...JSON.parse(row.text), value });
      return true;
    },
  };
}

async function load(read: ReadFile, path: string): Promise<Row[]> {
  const bytes = await read(path);
  if (bytes === undefined) return [];
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return contents(measurementSchema, await new Response(unzipped).json(), path)
    .map(([{ period }, answered]) => ({
      start: instantOf(period?.datetimeFrom?.utc ?? ""),
      end: instantOf(period?.datetimeTo?.utc ?? ""),
      text: JSON.stringify(answered),
    }))
    .sort((a, b) => a.end - b.end);
}

/** Each result checked, and as it was answered. */
function contents<T>(item: z.ZodType<T>, answer: unknown, path: string): [T, object][] {
  const found = checkedResults(item, answer);
  if ("broken" in found) throw new TypeError(`replaying "${path}": ${found.broken}`);
  const { results } = z.object({ results: z.array(z.looseObject({})) }).parse(answer);
  return found.map((checked, i) => [checked, results[i]!]);
}
