import type { AssetSnapshot, OrdinalRange } from "../../core/mod.ts";

/** How many neighbouring ordinals a block holds the rows of. */
const BLOCK = 1_024;
const MEMBER = 32;
/** Bytes of a row, its edges apart: five numbers, a code id, a member and three bytes. */
const ROW = 5 * 8 + 4 + MEMBER + 3;

/** The number of the block that holds an ordinal. */
export function blockOf(ordinal: number): number {
  return Math.floor(ordinal / BLOCK);
}

/** The ordinals of a block. */
export function spanOf(block: number): OrdinalRange {
  return { from: block * BLOCK, to: (block + 1) * BLOCK - 1 };
}

/** The count, then column after column: those of wider numbers first, so that each lies where its numbers may. */
export function encodeBlock(rows: AssetSnapshot): Uint8Array {
  const columns = [
    new Float64Array([rows.ordinals.length]),
    ...[rows.ordinals, rows.seq, rows.changed, rows.read, rows.at],
    ...[rows.codeId, rows.members, rows.edges],
    ...[rows.status, rows.checksPassed, rows.checksFailed],
  ];
  const body = new Uint8Array(8 + rows.ordinals.length * ROW + rows.edges.length);
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of columns) {
    body.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return body;
}

/** The rows of a body, which they share. */
export function decodeBlock(body: Uint8Array<ArrayBuffer>): AssetSnapshot {
  const { buffer } = body.byteOffset === 0 ? body : body.slice();
  const [count = 0] = new Float64Array(buffer, 0, 1);
  let at = 8;
  const take = (bytes: number) => (at += bytes) - bytes;
  const numbers = () => new Float64Array(buffer, take(8 * count), count);
  const bytes = (length: number) => new Uint8Array(buffer, take(length), length);
  return {
    ordinals: numbers(),
    seq: numbers(),
    changed: numbers(),
    read: numbers(),
    at: numbers(),
    codeId: new Int32Array(buffer, take(4 * count), count),
    members: bytes(MEMBER * count),
    edges: bytes(body.length - 8 - count * ROW),
    status: bytes(count),
    checksPassed: bytes(count),
    checksFailed: bytes(count),
  };
}
