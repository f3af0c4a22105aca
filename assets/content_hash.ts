import { type Column, sha256 } from "../core/mod.ts";
import { md5Words } from "./md5.ts";

/**
 * The content of a table as numbers that do not depend on the order of its rows: how many there are, and the exact sums,
 * over all rows, of the two halves of the MD5 of a row's canonical text. A half is the first (last) eight bytes of the
 * digest as an unsigned little-endian integer: DuckDB's `md5_number_upper` (`md5_number_lower`).
 *
 * The canonical text of a row is that of its fields, in the columns' order, one after the other. A field's is `~` for
 * null, otherwise `<n>:<text>`, where n is the number of bytes of the text in UTF-8 and the text of
 * - an int32 or int64 is its decimal digits: `-12`;
 * - a float64 is that of the integer `round(value * 10⁶)`, the product in double precision, halves away from zero;
 * - a utf8 is itself, not normalised;
 * - a timestamp is that of the integer of its microseconds since 1970-01-01T00:00Z, a date32 that of its days;
 * - a bool is `true` or `false`.
 *
 * So (7, 'µg', null, 1.5) is `1:73:µg~7:1500000`. In DuckDB a field's is `coalesce(strlen(t) || ':' || t, '~')` with t =
 * `x::VARCHAR` for integers, texts and booleans, `round(x * 1e6)::HUGEINT::VARCHAR` for doubles, `epoch_us(x)::VARCHAR`
 * for timestamps and `(x - DATE '1970-01-01')::VARCHAR` for dates.
 */
export interface ContentSums {
  readonly rows: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** The data version of a content: 32 hexadecimal digits, of the columns' names and types, the row count and the sums. */
export function contentVersion(columns: readonly Column[], { rows, first, last }: ContentSums): string {
  const schema = columns.map(({ name, type }) => [name, type]);
  return sha256(JSON.stringify([schema, rows, String(first), String(last)])).slice(0, 32);
}

/** The canonical text of an integer, a text or a boolean. */
export function field(value: number | string | boolean | null): string {
  if (value === null) return "~";
  const text = String(value);
  return `${typeof value === "string" ? byteLength(text) : text.length}:${text}`;
}

/** The canonical text of a finite double. */
export function doubleField(value: number | null): string {
  if (value === null) return "~";
  const size = Math.round(Math.abs(value) * 1e6);
  const integer = value < 0 && size > 0 ? -size : size;
  const text = size <= Number.MAX_SAFE_INTEGER ? String(integer) : String(BigInt(integer));
  return `${text.length}:${text}`;
}

/** The canonical text of a timestamp, given in milliseconds since 1970. */
export function timestampField(instant: number | null): string {
  return instant === null ? "~" : field(instant * 1000);
}

/** Adds rows up by their canonical text. */
export class ContentSum implements ContentSums {
  #rows = 0;
  // Words of 32 bits add up exactly in a double as long as there are fewer than 2^21 of them.
  readonly #words = new Float64Array(4);
  #first = 0n;
  #last = 0n;

  add(row: string): void {
    const digest = md5Words(row);
    for (let word = 0; word < 4; word++) this.#words[word]! += digest[word]! >>> 0;
    if (++this.#rows % 2 ** 20 === 0) this.#carry();
  }

  get rows(): number {
    return this.#rows;
  }
  get first(): bigint {
    this.#carry();
    return this.#first;
  }
  get last(): bigint {
    this.#carry();
    return this.#last;
  }

  #carry(): void {
    const [a = 0, b = 0, c = 0, d = 0] = this.#words;
    this.#first += BigInt(a) + (BigInt(b) << 32n);
    this.#last += BigInt(c) + (BigInt(d) << 32n);
    this.#words.fill(0);
  }
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
