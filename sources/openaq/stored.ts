import type { Instant, Spool } from "../../core/mod.ts";
import type { Page } from "./page.ts";
import { opened, sealed } from "./sealed.ts";

/** An answer kept: the sensor's rows that end in (from, to], all of them, as asked for at `askedAt`. */
export interface Stored {
  readonly sensor: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly askedAt: Instant;
}

const KEY = /^(\d+)\/(\d+)-(\d+)-(\d+)$/;

export function keyOf({ sensor, from, to, askedAt }: Stored): string {
  return `${sensor}/${from}-${to}-${askedAt}`;
}

/** The answer that is kept under a key; undefined where the key is of something else. */
export function storedOf(key: string): Stored | undefined {
  const match = KEY.exec(key);
  if (match === null) return undefined;
  const [, sensor, from, to, askedAt] = match;
  return { sensor: Number(sensor), from: Number(from), to: Number(to), askedAt: Number(askedAt) };
}

export async function putPage(spool: Spool, answer: Stored, page: Page): Promise<void> {
  const key = keyOf(answer);
  await spool.put(key, sealed(key, encode(page)));
}

/** The page of an answer; undefined where it is gone or damaged. */
export async function getPage(spool: Spool, answer: Stored): Promise<Page | undefined> {
  const key = keyOf(answer);
  const kept = await spool.get(key);
  const bytes = kept && opened(key, kept);
  return bytes && decode(bytes);
}

const HEADER = 8;
const COLUMNS = 3;

/** The page in 26 bytes a row: the count, the columns, then the series as JSON. */
function encode({ count, series, start, end, value, kind, of }: Page): Uint8Array<ArrayBuffer> {
  const constants = new TextEncoder().encode(JSON.stringify(series));
  const kindAt = HEADER + COLUMNS * 8 * count;
  const bytes = new Uint8Array(kindAt + 2 * count + constants.length);
  new Uint32Array(bytes.buffer, 0, 1).set([count]);
  for (const [i, column] of [start, end, value].entries()) {
    new Float64Array(bytes.buffer, HEADER + i * 8 * count, count).set(column);
  }
  bytes.set(kind, kindAt);
  bytes.set(of, kindAt + count);
  bytes.set(constants, kindAt + 2 * count);
  return bytes;
}

function decode({ buffer }: Uint8Array<ArrayBuffer>): Page {
  const [count = 0] = new Uint32Array(buffer, 0, 1);
  const kindAt = HEADER + COLUMNS * 8 * count;
  const column = (i: number) => new Float64Array(buffer, HEADER + i * 8 * count, count);
  const series = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, kindAt + 2 * count)));
  const [kind, of] = [0, count].map((at) => new Uint8Array(buffer, kindAt + at, count));
  return { count, series, start: column(0), end: column(1), value: column(2), kind: kind!, of: of! };
}
