import { HOUR, type Instant, iso } from "../../core/mod.ts";
import { type Broken, type Measurement, normalUnit } from "./schema.ts";
import { instantOf, intervalOf } from "./time.ts";

/** The row failed the checks of its provider or of OpenAQ. */
export const FLAGGED = 1;
/** The row averages more than an hour. */
export const LONG_PERIOD = 2;
/** When the row's averaging period began or ended is unknown. */
export const NO_PERIOD = 4;
/** The row cannot be read, or has a value that no instrument can have. */
export const UNUSABLE = 8;

/** No instrument measures so much, in any unit. */
const MOST = 1e15;
/** The number of values of a byte. */
const MOST_SERIES = 256;

/** A quantity as rows name it. */
export interface Series {
  readonly parameter: string;
  readonly unit: string;
}

/** Measurements of one sensor, ascending by their end; the columns have `count` entries each. */
export interface Page {
  readonly count: number;
  /** The distinct quantities that rows measure. */
  readonly series: readonly Series[];
  /** When the averaging period began; NaN where that is unknown. */
  readonly start: Float64Array<ArrayBuffer>;
  /** When the averaging period ended; where that is unknown, the end of the row before, or just after `from`. */
  readonly end: Float64Array<ArrayBuffer>;
  /** NaN for null. */
  readonly value: Float64Array<ArrayBuffer>;
  /** The sum of what applies of FLAGGED, LONG_PERIOD, NO_PERIOD and UNUSABLE. */
  readonly kind: Uint8Array<ArrayBuffer>;
  /** Each row's place in `series`. */
  readonly of: Uint8Array<ArrayBuffer>;
}

/** Whether there are more rows than an answer's. */
interface Completeness {
  readonly full: boolean;
}

interface Reading {
  readonly start: Instant;
  end: Instant;
  readonly value: number;
  readonly kind: number;
  readonly of: number;
}

/**
 * The rows of an answer that end in [from, to], as a page; what cannot be read of them is marked. Rows of other times
 * are left out, and where there is one later than `to`, those until then are complete.
 */
export function pageOf(
  rows: readonly (Measurement | Broken)[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
  { full }: Completeness,
): { readonly page: Page } & Completeness | Broken {
  const series: Series[] = [];
  const readings: Reading[] = [];
  let [before, sorted, later] = [from, true, false];
  let fault: Broken | undefined;
  let [unreadable, strays] = [0, 0];
  for (const [i, row] of rows.entries()) {
    const reading = readingOf(row, series);
    if ("broken" in reading) {
      fault ??= "broken" in row ? row : { broken: `results.${i}.${reading.broken}` };
      unreadable++;
    }
    const { end, ...read } = "broken" in reading ? UNREAD : reading;
    if (end < from || end > to) {
      later ||= end > to;
      fault ??= {
        broken: `results.${i}.period.datetimeTo.utc: "${iso(end)}", wanted one from ${iso(from)} to ${
          iso(to)
        }`,
      };
      strays++;
      continue;
    }
    if (end < before) {
      sorted = false;
      if (full) {
        const found = `results.${i}.period.datetimeTo.utc: "${iso(end)}"`;
        return { broken: `${found}, wanted none before ${iso(before)} on a full page` };
      }
    }
    before = Number.isNaN(end) ? Math.max(before, from + 1) : end;
    readings.push({ ...read, end: before });
  }
  if (fault !== undefined && unreadable + strays === rows.length) return fault;
  if (series.length > MOST_SERIES) return { broken: `${series.length} units, wanted one` };
  if (!sorted) readings.sort((a, b) => a.end - b.end);
  return { page: columnsOf(readings, series), full: full && !later };
}

/** A row that cannot be read. */
const UNREAD: Reading = { start: NaN, end: NaN, value: NaN, kind: UNUSABLE | NO_PERIOD, of: 0 };

function readingOf(row: Measurement | Broken, series: Series[]): Reading | Broken {
  if ("broken" in row) return row;
  const { parameter, period, flagInfo, value } = row;
  let start = timeOf(period?.datetimeFrom);
  let end = timeOf(period?.datetimeTo);
  if (start === undefined || end === undefined) {
    const field = start === undefined ? "datetimeFrom" : "datetimeTo";
    return { broken: `period.${field}.utc: ${JSON.stringify(period?.[field]?.utc)}, wanted a time` };
  }
  if (Number.isNaN(start)) start = end - intervalOf(period?.interval);
  else if (Number.isNaN(end)) end = start + intervalOf(period?.interval);
  const usable = value === null || typeof value === "number" && Math.abs(value) < MOST;
  const kind = (flagInfo?.hasFlags ? FLAGGED : 0) |
    (!(start < end) ? NO_PERIOD : end - start > HOUR ? LONG_PERIOD : 0) |
    (usable ? 0 : UNUSABLE);
  return {
    start,
    end,
    value: usable ? value ?? NaN : NaN,
    kind,
    of: placeOf(series, { parameter: parameter.name, unit: normalUnit(parameter.units) }),
  };
}

/** Where the series is among those known; added where it is not. */
function placeOf(series: Series[], { parameter, unit }: Series): number {
  const place = series.findIndex((one) => one.parameter === parameter && one.unit === unit);
  return place === -1 ? series.push({ parameter, unit }) - 1 : place;
}

function columnsOf(readings: readonly Reading[], series: readonly Series[]): Page {
  return {
    count: readings.length,
    series,
    start: Float64Array.from(readings, ({ start }) => start),
    end: Float64Array.from(readings, ({ end }) => end),
    value: Float64Array.from(readings, ({ value }) => value),
    kind: Uint8Array.from(readings, ({ kind }) => kind),
    of: Uint8Array.from(readings, ({ of }) => of),
  };
}

/** NaN where there is none, undefined where it is not a time. */
function timeOf(datetime: { utc: string } | null | undefined): Instant | undefined {
  if (datetime === null || datetime === undefined) return NaN;
  const instant = instantOf(datetime.utc);
  return Number.isNaN(instant) ? undefined : instant;
}
