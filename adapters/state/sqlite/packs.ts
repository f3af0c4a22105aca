import type { AssetSnapshot, Seq } from "../../../core/mod.ts";
import { decodeBlock, encodeBlock } from "../packed.ts";
import type { Database } from "./database.ts";

/** The blocks of an asset as they were packed, by number. */
export function readBlocks(db: Database, asset: number): Map<number, AssetSnapshot> {
  const found = db.all<{ block: number; body: Uint8Array<ArrayBuffer> }>(
    "SELECT block, body FROM packs WHERE asset = ? ORDER BY block",
    asset,
  );
  return new Map(found.map(({ block, body }) => [block, decodeBlock(body)]));
}

/** A block as it was packed, if it was. */
export function readBlock(db: Database, asset: number, block: number): AssetSnapshot | undefined {
  const found = db.get<{ body: Uint8Array<ArrayBuffer> }>(
    "SELECT body FROM packs WHERE asset = ? AND block = ?",
    asset,
    block,
  );
  return found && decodeBlock(found.body);
}

/** Keeps a block as it was at an event, unless one of a later event is there. */
export function writeBlock(db: Database, asset: number, block: number, seq: Seq, rows: AssetSnapshot): void {
  db.run(
    `INSERT INTO packs (asset, block, seq, body) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET seq = excluded.seq, body = excluded.body WHERE excluded.seq > packs.seq`,
    asset,
    block,
    seq,
    encodeBlock(rows),
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
