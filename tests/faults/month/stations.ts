import { DAY, HOUR, type Instant, type Milliseconds } from "../../../core/mod.ts";
import type { Dataset } from "../../../sources/openaq/simulator/dataset.ts";
import { type ReadFile, replayed } from "../../../sources/openaq/simulator/replayed.ts";

/** The sensor of which a whole year was kept. */
const KEPT = 21_632;
/** Neighbours have the same year, each some weeks further on, so that no two are the same. */
const APART: Milliseconds = 28 * DAY;
const FURTHER = 9;

/** What the numbers of second instruments of a station begin with. */
const SECOND = 1_000_000_000;

/** A group of stations that measure PM2.5, with real rows of 2018, of which one in `share` is there days later. */
export async function stationsOf2018(
  read: ReadFile,
  { share, late }: { readonly share: number; readonly late: (row: number) => Milliseconds },
): Promise<Dataset & { readonly sensors: readonly number[] }> {
  const real = await replayed(read);
  const locations = (await real.locations(0)).flatMap((location) => {
    const sensors = location.sensors.filter(({ parameter }) => parameter.name === "pm25");
    const second = location.id % 2 === 0 ? sensors.map((each) => ({ ...each, id: SECOND + each.id })) : [];
    return sensors.length === 0 ? [] : [{ ...location, sensors: [...sensors, ...second] }];
  });
  const ids = locations.flatMap(({ sensors }) => sensors.map(({ id }) => id));
  const all = await real.rows({
    sensor: KEPT,
    from: -Infinity,
    to: Infinity,
    now: Infinity,
    skip: 0,
    limit: Infinity,
  });
  const courses = Array.from({ length: FURTHER }, (_, i) => all.map((text) => moved(text, -i * APART)));
  const rowsOf = (sensor: number, now: Instant) =>
    courses[ids.indexOf(sensor) % FURTHER]!.filter(({ end }) => end + lateness(sensor, end) <= now);
  const lateness = (sensor: number, end: Instant) => {
    const row = end / HOUR * 7 + sensor;
    return row % share === 0 ? late(row) : 0;
  };
  return {
    source: undefined,
    sensors: ids,
    locations: (now) =>
      locations.map((location) => ({
        ...location,
        datetimeFirst: at(Date.UTC(2016, 0, 1)),
        datetimeLast: at(Math.floor(now / HOUR) * HOUR),
      })),
    rows: ({ sensor, from, to, now, skip, limit }) =>
      ids.includes(sensor)
        ? rowsOf(sensor, now).filter(({ end }) => end > from && end <= to).slice(skip, skip + limit)
          .map(({ text }) => text)
        : [],
    newest: (sensor, now) => rowsOf(sensor, now).at(-1)?.text,
    change: () => false,
  };
}

const at = (instant: Instant) => {
  const utc = new Date(instant).toISOString().replace(".000Z", "Z");
  return { utc, local: utc };
};

function moved(text: string, by: Milliseconds): { readonly end: Instant; readonly text: string } {
  const row = JSON.parse(text);
  const { datetimeFrom, datetimeTo } = row.period;
  const end = Date.parse(datetimeTo.utc) + by;
  const period = {
    ...row.period,
    datetimeFrom: at(Date.parse(datetimeFrom.utc) + by),
    datetimeTo: at(end),
  };
  return { end, text: JSON.stringify({ ...row, period, coverage: null }) };
}
