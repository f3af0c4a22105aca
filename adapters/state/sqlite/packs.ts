import type { AssetSnapshot, OrdinalRange, Seq } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

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

/** The blocks of an asset as they were packed, by number. */
export function readBlocks(db: Database, asset: number): Map<number, AssetSnapshot> {
  const found = db.all<{ block: number; body: Uint8Array<ArrayBuffer> }>(
    "SELECT block, body FROM packs WHERE asset = ? ORDER BY block",
    asset,
  );
  return new Map(found.map(({ block, body }) => [block, decode(body)]));
}

/** A block as it was packed, if it was. */
export function readBlock(db: Database, asset: number, block: number): AssetSnapshot | undefined {
  const found = db.get<{ body: Uint8Array<ArrayBuffer> }>(
    "SELECT body FROM packs WHERE asset = ? AND block = ?",
    asset,
    block,
  );
  return found && decode(found.body);
}

/** Keeps a block as it was at an event, unless one of a later event is there. */
export function writeBlock(db: Database, asset: number, block: number, seq: Seq, rows: AssetSnapshot): void {
  db.run(
    `INSERT INTO packs (asset, block, seq, body) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET seq = excluded.seq, body = excluded.body WHERE excluded.seq > packs.seq`,
    asset,
    block,
    seq,
    encode(rows),
  );
}

/** The event as of which the blocks of an asset are, or of a later one; undefined if it never was packed. */
export function packedUpTo(db: Database, asset: number): Seq | undefined {
  return db.get<{ seq: Seq }>("SELECT seq FROM packed WHERE asset = ?", asset)?.seq;
}

export function notePacked(db: Database, asset: number, seq: Seq): void {
  db.run(
    "INSERT INTO packed (asset, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)",
    asset,
    seq,
  );
}

/** How many bytes all blocks have. */
export function packedBytes(db: Database): number {
  return db.get<{ bytes: number | null }>("SELECT sum(length(body)) AS bytes FROM packs")!.bytes ?? 0;
}

/** The count, then column after column: those of wider numbers first, so that each lies where its numbers may. */
function encode(rows: AssetSnapshot): Uint8Array {
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
function decode(body: Uint8Array<ArrayBuffer>): AssetSnapshot {
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
