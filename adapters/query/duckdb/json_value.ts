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
import type { Json } from "../../../core/ports/key_value.ts";

/**
 * A value as JSON has it: timestamps are ISO in UTC with a Z, dates YYYY-MM-DD; integers beyond 2^53 and decimals of more
 * than 15 digits are text; what JSON has no form for (NaN, times, intervals, UUIDs …) is DuckDB's text.
 */
export function jsonValue(value: DuckDBValue): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBDateValue) return String(value);
  const instant = isoInstant(value);
  if (instant !== undefined) return instant;
  if (value instanceof DuckDBDecimalValue) {
    const text = String(value);
    return text.replaceAll(/\D/g, "").length <= 15 ? Number(text) : text;
  }
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map(jsonValue);
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, each]) => [name, jsonValue(each)]));
  }
  if (value instanceof DuckDBMapValue) {
    return value.entries.map(({ key, value }) => ({ key: jsonValue(key), value: jsonValue(value) }));
  }
  if (value instanceof DuckDBUnionValue) return jsonValue(value.value);
  if (value instanceof DuckDBBlobValue) return value.bytes.toHex();
  return String(value);
}

/** A cell of a text: null is empty, nested values are JSON. */
export function textValue(value: DuckDBValue): string {
  if (value === null) return "";
  const json = jsonValue(value);
  return typeof json === "object" ? JSON.stringify(json) : String(json);
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
