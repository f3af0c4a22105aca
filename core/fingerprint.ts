import { sha256 as digest } from "@noble/hashes/sha2";
import { bytesToHex } from "@noble/hashes/utils";
import type { AssetKey } from "./event.ts";

/** A fingerprint's length: sums over fingerprints are taken modulo 2²⁵⁶. */
/** Its length in 32-bit limbs, least significant first. */
export const LIMBS = 8;

/** JSON with sorted keys and no white space, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
  );
}

const utf8 = new TextEncoder();

/** SHA-256 of a text in UTF-8 or of bytes, hex. For what is small: commands need not load node:crypto for it. */
export function sha256(data: string | Uint8Array): string {
  return bytesToHex(digest(typeof data === "string" ? utf8.encode(data) : data));
}

/** The fingerprint that one materialized partition adds to the sums of those that read it. */
export function memberFingerprint(
  asset: AssetKey,
  partition: string | null,
  dataVersion: string,
): Uint8Array {
  return digest(utf8.encode(JSON.stringify([asset, partition, dataVersion])));
}

/**
 * The code version of an asset: the version it declares and the text of its sources.
 * A changed description, group, check or schedule rebuilds nothing.
 */
export function codeVersion(code: string, sources: Readonly<Record<string, string>>): string {
  const hashes = Object.fromEntries(Object.entries(sources).map(([path, text]) => [path, sha256(text)]));
  return sha256(canonicalJson({ code, sources: hashes })).slice(0, 16);
}

/** Sums of fingerprints modulo 2²⁵⁶, limb by limb in doubles: exact for two million terms before `carryInto`. */
export class Sum {
  readonly #limbs = new Float64Array(LIMBS);

  reset(): this {
    this.#limbs.fill(0);
    return this;
  }

  add(source: Uint32Array, at: number, sign: 1 | -1 = 1): this {
    for (let k = 0; k < LIMBS; k++) this.#limbs[k] = this.#limbs[k]! + sign * source[at + k]!;
    return this;
  }

  /** Adds the fingerprints from the place `first` to `last`. */
  addAll(source: Uint32Array, first: number, last: number): this {
    const limbs = this.#limbs;
    for (let at = first * LIMBS; at < (last + 1) * LIMBS; at += LIMBS) {
      for (let k = 0; k < LIMBS; k++) limbs[k] = limbs[k]! + source[at + k]!;
    }
    return this;
  }

  /** Adds that a partition is there, whatever its content. */
  addPresence(ordinal: number, sign: 1 | -1 = 1): this {
    for (let k = 0; k < LIMBS; k++) this.#limbs[k] = this.#limbs[k]! + sign * scramble(ordinal * LIMBS + k);
    return this;
  }

  /** Carries over and writes the sum. @returns Whether it is zero. */
  carryInto(target: Uint32Array, at: number): boolean {
    let carry = 0;
    let any = 0;
    for (let k = 0; k < LIMBS; k++) {
      const limb = this.#limbs[k]! + carry;
      carry = Math.floor(limb / 0x1_0000_0000);
      const digit = limb - carry * 0x1_0000_0000;
      target[at + k] = digit;
      any |= digit;
    }
    return any === 0;
  }
}

/** 32 bits that depend on all of a whole number's (the finalizer of SplitMix, over both halves). */
function scramble(value: number): number {
  let mixed = (value % 0x1_0000_0000) ^ Math.imul(Math.floor(value / 0x1_0000_0000), 0x9e3779b9);
  for (const factor of [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f]) {
    mixed = Math.imul(mixed ^ (mixed >>> 16), factor) + 0x6d2b79f5;
  }
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** The bytes of limbs, least significant first. */
export function limbBytes(limbs: Uint32Array): Uint8Array {
  return new Uint8Array(limbs.buffer, limbs.byteOffset, limbs.byteLength);
}

/** The limbs of one or more fingerprints. */
export function bytesLimbs(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
