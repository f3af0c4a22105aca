import { HOUR, type Instant, iso } from "../../../core/mod.ts";

const OFFSET = 7 * HOUR;

/** A time in Vietnam, as the API writes it. */
export function datetime(instant: Instant): { utc: string; local: string } {
  return { utc: iso(instant), local: iso(instant + OFFSET).replace("Z", "+07:00") };
}

/** A sensor's part of its rows, written once. */
export interface RowFrame {
  readonly parameter: string;
  readonly interval: string;
}

const MOST_TIMES = 20_000;
const times = new Map<Instant, string>();

/** `datetime` as JSON text; written once for all sensors. */
function timeText(instant: Instant): string {
  const known = times.get(instant);
  if (known !== undefined) return known;
  if (times.size >= MOST_TIMES) times.clear();
  const text = JSON.stringify(datetime(instant));
  times.set(instant, text);
  return text;
}

/** A row of /measurements as JSON text. */
export function rowText(
  frame: RowFrame,
  start: Instant,
  end: Instant,
  value: number | null,
  flagged: boolean,
): string {
  const span = `"datetimeFrom":${timeText(start)},"datetimeTo":${timeText(end)}`;
  const { parameter, interval } = frame;
  return `{"value":${value},"flagInfo":{"hasFlags":${flagged}},"parameter":${parameter},` +
    `"period":{"label":"raw","interval":"${interval}",${span}},"coordinates":null,"summary":null,` +
    `"coverage":{"expectedCount":1,"expectedInterval":"${interval}","observedCount":1,` +
    `"observedInterval":"${interval}","percentComplete":100,"percentCoverage":100,${span}}}`;
}
