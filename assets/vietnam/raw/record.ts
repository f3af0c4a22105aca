import { type Instant, iso } from "../../../core/mod.ts";
import type { HistoryRow, SensorInfo } from "../../../sources/openaq/question.ts";
import { doubleField, field, timestampField } from "../../content_hash.ts";
import { RAW } from "../contract.ts";

/** The columns of a record that are its content: all but when it was extracted. */
export const CONTENT_COLUMNS = RAW.columns.filter(({ name }) => name !== "extracted_at");

/** A record as it is read from a file. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** The fields that all records of a sensor share, as JSON and as canonical text. */
interface SensorTexts {
  readonly head: string;
  readonly unit: string;
  readonly canonicalHead: string;
  readonly canonicalUnit: string;
}

const texts = new WeakMap<SensorInfo, SensorTexts>();

function textsOf(sensor: SensorInfo): SensorTexts {
  let known = texts.get(sensor);
  if (known === undefined) {
    const { id, locationId, parameter, unit } = sensor;
    known = {
      head: `{"location_id":${locationId},"sensor_id":${id},"parameter":${
        JSON.stringify(parameter)
      },"value":`,
      unit: `,"unit":${JSON.stringify(unit)},"datetime":"`,
      canonicalHead: field(locationId) + field(id) + field(parameter),
      canonicalUnit: field(unit),
    };
    texts.set(sensor, known);
  }
  return known;
}

const NO_LOCATION = `"location_name":null,"city":null,"country":null,"latitude":null,"longitude":null`;

/** The records of rows as NDJSON, in the rows' order. */
export function recordLines(rows: readonly HistoryRow[], extractedAt: Instant): string {
  const end = `,"extracted_at":"${iso(extractedAt)}"}\n`;
  const [good, flagged] = [false, true].map((flag) => `",${NO_LOCATION},"has_flags":${flag}${end}`);
  let [at, time] = [NaN, ""];
  let lines = "";
  for (const { sensor, start, value, flagged: isFlagged } of rows) {
    if (start !== at) [at, time] = [start, iso(start)];
    const { head, unit } = textsOf(sensor);
    lines += head + value + unit + time + (isFlagged ? flagged : good);
  }
  return lines;
}

/** The canonical texts of rows, in the rows' order. */
export function* canonicalRows(rows: readonly HistoryRow[]): Iterable<string> {
  const [good, flagged] = [false, true].map((flag) => field(null).repeat(5) + field(flag));
  let [at, time] = [NaN, ""];
  for (const { sensor, start, value, flagged: isFlagged } of rows) {
    if (start !== at) [at, time] = [start, timestampField(start)];
    const { canonicalHead, canonicalUnit } = textsOf(sensor);
    yield canonicalHead + doubleField(value) + canonicalUnit + time + (isFlagged ? flagged : good);
  }
}

/** The canonical text of a record as read. @throws {TypeError} If a field is not of its column's type. */
export function canonicalRecord(record: RawRecord): string {
  return CONTENT_COLUMNS.map(({ name, type, nullable }) => {
    const value = record[name] ?? null;
    if (value === null && nullable) return field(null);
    if (typeof value === "string" && type === "utf8") return field(value);
    if (typeof value === "boolean" && type === "bool") return field(value);
    if (typeof value === "number") return type === "float64" ? doubleField(value) : field(value);
    if (type === "timestamp") return timestampField(instantOf(record, name));
    throw new TypeError(`"${name}" is ${JSON.stringify(value)}, wanted ${type}`);
  }).join("");
}

/** A time of a record. @throws {TypeError} If it is none. */
export function instantOf(record: RawRecord, name: string): Instant {
  const instant = Date.parse(String(record[name]));
  if (Number.isNaN(instant)) {
    throw new TypeError(`"${name}" is ${JSON.stringify(record[name])}, wanted a time`);
  }
  return instant;
}
