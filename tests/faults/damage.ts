import { inflateRawSync } from "node:zlib";

/** Other bytes in the place of a file's, or none where it is to be gone; deterministic. */
export type Damage = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined;

export const damages: Readonly<Record<string, Damage>> = {
  "a flipped bit": (bytes) => flipped(bytes, (bytes.length >> 1) * 8 + 2),
  truncation: (bytes) => bytes.slice(0, bytes.length >> 1),
  "zero bytes": (bytes) => new Uint8Array(bytes.length),
  emptiness: () => new Uint8Array(),
  deletion: () => undefined,
};

export function flipped(bytes: Uint8Array<ArrayBuffer>, bit: number): Uint8Array<ArrayBuffer> {
  return bytes.map((byte, i) => i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte);
}

/** Flips the first bit of a raw hour after which its gzip still unpacks, checksum aside, to records of which one has another value. */
export const anotherValue: Damage = (bytes) => {
  const values = valuesOf(bytes)!;
  for (let bit = 10 * 8; bit < (bytes.length - 8) * 8; bit++) {
    const damaged = flipped(bytes, bit);
    const others = valuesOf(damaged);
    if (others?.size !== values.size || ![...others.keys()].every((key) => values.has(key))) continue;
    if ([...others].some(([key, value]) => value > 1 && value < 100 && value !== values.get(key))) {
      return damaged;
    }
  }
  throw new Error("no such bit");
};

/** The values by sensor and time. */
function valuesOf(gzip: Uint8Array): Map<string, number> | undefined {
  try {
    // The deflated part by itself: the checksum that follows is not looked at.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(inflateRawSync(gzip.subarray(10, -8)));
    const records = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    return new Map(
      records.map(({ sensor_id, parameter, unit, datetime, value }) => [
        `${sensor_id} ${parameter} ${unit} ${datetime}`,
        value,
      ]),
    );
  } catch {
    return undefined;
  }
}
