import type { Instant } from "../../core/instant.ts";
import type { Page } from "./page.ts";
import type { Spool } from "./spool.ts";

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

/** All answers in the spool; those asked for before `oldest` are forgotten. */
export async function storedAnswers(spool: Spool, oldest: Instant): Promise<Stored[]> {
  const all = (await spool.list()).flatMap((key) => {
    const match = KEY.exec(key);
    if (match === null) return [];
    const [, sensor, from, to, askedAt] = match;
    return { sensor: Number(sensor), from: Number(from), to: Number(to), askedAt: Number(askedAt) };
  });
  const { true: old = [], false: kept = [] } = Object.groupBy(all, ({ askedAt }) => `${askedAt < oldest}`);
  if (old.length > 0) await spool.delete(old.map(keyOf));
  return kept;
}

const MAGIC = 0x31514141;
const HEADER = 8;
const COLUMNS = 3;

/** The page in about 25 bytes a row: a mark, the count, the columns, then parameter and unit as JSON. */
export function encode({ count, parameter, unit, start, end, value, kind }: Page): Uint8Array<ArrayBuffer> {
  const constants = new TextEncoder().encode(JSON.stringify([parameter, unit]));
  const kindAt = HEADER + COLUMNS * 8 * count;
  const bytes = new Uint8Array(kindAt + count + constants.length);
  new Uint32Array(bytes.buffer, 0, 2).set([MAGIC, count]);
  for (const [i, column] of [start, end, value].entries()) {
    new Float64Array(bytes.buffer, HEADER + i * 8 * count, count).set(column);
  }
  bytes.set(kind, kindAt);
  bytes.set(constants, kindAt + count);
  return bytes;
}

/** The page of bytes written by `encode`, or undefined where they are damaged. */
export function decode(bytes: Uint8Array<ArrayBuffer>): Page | undefined {
  if (bytes.length < HEADER) return undefined;
  const { buffer } = bytes.byteOffset === 0 ? bytes : bytes.slice();
  const [magic, count = 0] = new Uint32Array(buffer, 0, 2);
  const kindAt = HEADER + COLUMNS * 8 * count;
  if (magic !== MAGIC || bytes.length <= kindAt + count) return undefined;
  const column = (i: number) => new Float64Array(buffer, HEADER + i * 8 * count, count);
  try {
    const [parameter, unit] = JSON.parse(new TextDecoder().decode(bytes.subarray(kindAt + count)));
    const kind = new Uint8Array(buffer, kindAt, count);
    return { count, parameter, unit, start: column(0), end: column(1), value: column(2), kind };
  } catch {
    return undefined;
  }
}
