import { DAY, HOUR, type Instant, MINUTE, SECOND } from "../instant.ts";
import type { Window } from "./partition_set.ts";
import type { Zone } from "./zone.ts";

/** A month, a date or a time as somebody wrote it: the wall time that it covers, `[start, end)`. */
export interface Bound {
  readonly start: Instant;
  readonly end: Instant;
  /** Of the wall time from UTC; undefined where none was written: then it is that of the zone it is read in. */
  readonly offset: number | undefined;
}

const OFFSET = String.raw`Z|[+-]\d\d:\d\d(?::\d\d)?`;
const BOUND = new RegExp(String.raw`^\d{4}-\d\d(?:-\d\d(?:T\d\d(?::\d\d(?::\d\d)?)?(${OFFSET})?)?)?$`);

/** Reads `2018-01`, `2018-01-31`, `2018-01-31T05`, `…T05:30` or `…T05:30:00`, a time with `Z` or `+07:00` if need be. */
export function readBound(text: string): Bound | undefined {
  const match = BOUND.exec(text);
  if (match === null) return undefined;
  const written = match[1] === undefined ? text : text.slice(0, -match[1].length);
  // Completes what was written to a full time: an impossible date or time does not come back as it was written.
  const start = Date.parse(written + "0000-01-01T00:00:00".slice(written.length) + "Z");
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(written)) return undefined;
  return { start, end: endOf(start, written.length), offset: readOffset(match[1]) };
}

/** The instants that a bound covers in a zone: none, where the zone's clock skips it all. */
export function instants(bound: Bound, zone: Zone): Window {
  const { start, end, offset } = bound;
  return offset === undefined
    ? { start: zone.first(start), end: zone.last(end) }
    : { start: start - offset, end: end - offset };
}

function endOf(start: Instant, length: number): Instant {
  switch (length) {
    case "2018-01".length: {
      const date = new Date(start);
      return date.setUTCMonth(date.getUTCMonth() + 1);
    }
    case "2018-01-31".length:
      return start + DAY;
    case "2018-01-31T05".length:
      return start + HOUR;
    case "2018-01-31T05:30".length:
      return start + MINUTE;
    default:
      return start + SECOND;
  }
}

function readOffset(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "Z") return 0;
  const [hours, minutes, seconds = 0] = text.slice(1).split(":").map(Number);
  const size = hours! * HOUR + minutes! * MINUTE + seconds * SECOND;
  return text.startsWith("-") ? -size : size;
}
