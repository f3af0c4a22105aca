import { HOUR, type Instant, iso } from "../../core/instant.ts";
import { type Broken, type Measurement, normalUnit } from "./schema.ts";
import { instantOf, intervalOf } from "./time.ts";

/** The row failed the checks of its provider or of OpenAQ. */
export const FLAGGED = 1;
/** The row averages more than an hour. */
export const LONG_PERIOD = 2;
/** When the row's averaging period began or ended is unknown. */
export const NO_PERIOD = 4;

/** Measurements of one sensor, ascending by their end; the columns have `count` entries each. */
export interface Page {
  readonly count: number;
  /** As the rows say; both empty where there are none. */
  readonly parameter: string;
  readonly unit: string;
  /** When the averaging period began; NaN where that is unknown. */
  readonly start: Float64Array<ArrayBuffer>;
  /** When the averaging period ended; where that is unknown, the end of the row before, or just after `from`. */
  readonly end: Float64Array<ArrayBuffer>;
  /** NaN for null. */
  readonly value: Float64Array<ArrayBuffer>;
  /** The sum of what applies of FLAGGED, LONG_PERIOD and NO_PERIOD. */
  readonly kind: Uint8Array<ArrayBuffer>;
}

/** The rows of an answer, which end after `from`, as a page. */
export function pageOf(rows: readonly Measurement[], from: Instant): Page | Broken {
  const count = rows.length;
  const [start, end, value] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const kind = new Uint8Array(count);
  const { name, units } = rows[0]?.parameter ?? { name: "", units: "" };
  let before = from;
  for (const [i, { parameter, period, flagInfo, value: measured }] of rows.entries()) {
    if (parameter.name !== name || parameter.units !== units) {
      return {
        broken: `results.${i}.parameter: "${parameter.name} ${parameter.units}", wanted "${name} ${units}"`,
      };
    }
    let began = timeOf(period?.datetimeFrom);
    let ended = timeOf(period?.datetimeTo);
    if (began === undefined || ended === undefined) {
      const field = began === undefined ? "datetimeFrom" : "datetimeTo";
      return {
        broken: `results.${i}.period.${field}.utc: ${JSON.stringify(period?.[field]?.utc)}, wanted a time`,
      };
    }
    if (Number.isNaN(began)) began = ended - intervalOf(period?.interval);
    else if (Number.isNaN(ended)) ended = began + intervalOf(period?.interval);
    if (ended < before) {
      return {
        broken: `results.${i}.period.datetimeTo.utc: "${iso(ended)}", wanted none before ${iso(before)}`,
      };
    }
    before = Number.isNaN(ended) ? Math.max(before, from + 1) : ended;
    start[i] = began;
    end[i] = before;
    value[i] = measured ?? NaN;
    kind[i] = (flagInfo?.hasFlags ? FLAGGED : 0) |
      (!(began < ended) ? NO_PERIOD : ended - began > HOUR ? LONG_PERIOD : 0);
  }
  return { count, parameter: name, unit: normalUnit(units), start, end, value, kind };
}

/** NaN where there is none, undefined where it is not a time. */
function timeOf(datetime: { utc: string } | null | undefined): Instant | undefined {
  if (datetime === null || datetime === undefined) return NaN;
  const instant = instantOf(datetime.utc);
  return Number.isNaN(instant) ? undefined : instant;
}
