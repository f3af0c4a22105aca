import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from "duckdb";
import type { Json } from "../../../core/mod.ts";

/**
 * A value as JSON has it: timestamps are ISO in UTC with a Z, dates YYYY-MM-DD; integers beyond 2^53 and decimals of more
 * than 15 digits are text; what JSON has no form for (NaN, times, intervals, UUIDs …) is DuckDB's text.
 */
export function jsonValue(value: DuckDBValue, number: (value: number) => number = exact): Json {
  const inner = (value: DuckDBValue) => jsonValue(value, number);
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? number(value) : String(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBDateValue) return String(value);
  const instant = isoInstant(value);
  if (instant !== undefined) return instant;
  if (value instanceof DuckDBDecimalValue) {
    const text = String(value);
    return text.replaceAll(/\D/g, "").length <= 15 ? Number(text) : text;
  }
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map(inner);
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, each]) => [name, inner(each)]));
  }
  if (value instanceof DuckDBMapValue) {
    return value.entries.map(({ key, value }) => ({ key: inner(key), value: inner(value) }));
  }
  if (value instanceof DuckDBUnionValue) return inner(value.value);
  if (value instanceof DuckDBBlobValue) return value.bytes.toHex();
  return String(value);
}

/** A cell of a text: null is empty, nested values are JSON. */
export function textValue(value: DuckDBValue): string {
  return value === null ? "" : textOf(jsonValue(value));
}

/** A cell for people: null is NULL, and numbers have as many digits as mean something. */
export function shownValue(value: DuckDBValue, digits: number): string {
  return textOf(jsonValue(value, (number) => meant(number, digits)) ?? "NULL");
}

function textOf(json: Json): string {
  return typeof json === "object" ? JSON.stringify(json) : String(json);
}

function exact(value: number): number {
  return value;
}

/** Without what the binary fraction adds: 11.528, where 11.528000000000002 is stored. */
function meant(value: number, digits: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(digits));
}

const MINUS_INFINITY = -(2n ** 63n) + 1n;
const INFINITY = 2n ** 63n - 1n;

function isoInstant(value: DuckDBValue): string | undefined {
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) {
    return iso(value.micros, 6);
  }
  if (value instanceof DuckDBTimestampSecondsValue) return iso(value.seconds, 0);
  if (value instanceof DuckDBTimestampMillisecondsValue) return iso(value.millis, 3);
  if (value instanceof DuckDBTimestampNanosecondsValue) return iso(value.nanos, 9);
}

/** An instant counted in units of 10^-digits seconds since 1970; digits after the point only where they are not 0. */
function iso(count: bigint, digits: number): string {
  if (count >= INFINITY) return "infinity";
  if (count <= MINUS_INFINITY) return "-infinity";
  const unit = 10n ** BigInt(digits);
  const rest = ((count % unit) + unit) % unit;
  const seconds = (count - rest) / unit;
  const whole = Temporal.Instant.fromEpochMilliseconds(Number(seconds) * 1000).toString().slice(0, -1);
  const fraction = rest === 0n ? "" : `.${String(rest).padStart(digits, "0").replace(/0+$/, "")}`;
  return `${whole}${fraction}Z`;
}
