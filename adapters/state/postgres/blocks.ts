import {
  type AssetSnapshot,
  type CodeRecord,
  EVERYTHING,
  intersect,
  lowerBound,
  normalize,
  type OrdinalRange,
  type Ranges,
  type Seq,
  WIPED,
} from "../../../core/mod.ts";
import * as kinds from "../event_rows.ts";
import { blockOf, decodeBlock, encodeBlock, spanOf } from "../packed.ts";
import { concatenated, type EdgeBytes, grouped, patched } from "../patched.ts";
import type { Queries } from "./database.ts";
import { rowsOf } from "./rows.ts";

/** An asset, and the partitions whose rows may have changed since it was packed; undefined if it never was. */
export interface Unpacked {
  readonly asset: number;
  readonly changed: Ranges | undefined;
  readonly codeRecords: ReadonlyMap<number, CodeRecord>;
}

/** What failed or is due is marked, and changes no row; nor does other code. */
const CHANGES = `
  SELECT e.asset, json_agg(e.first) AS firsts, json_agg(coalesce(e.last, e.first)) AS lasts
  FROM events e JOIN packed p ON p.asset = e.asset
  WHERE e.seq > (SELECT min(seq) FROM packed) AND e.seq > p.seq
    AND e.kind NOT IN (${kinds.FAILED}, ${kinds.DUE}, ${kinds.REGISTERED})
  GROUP BY e.asset`;

/** The packed assets, each with the partitions whose rows may have changed since. */
export async function changedSincePacked(db: Queries): Promise<Map<number, Ranges>> {
  const [assets, changes] = await Promise.all([
    db.all<{ asset: number }>("SELECT asset FROM packed"),
    db.all<{ asset: number; firsts: number[]; lasts: number[] }>(CHANGES),
  ]);
  const changed = new Map<number, Ranges>(assets.map(({ asset }) => [asset, []]));
  for (const { asset, firsts, lasts } of changes) {
    changed.set(asset, normalize(firsts.map((from, place) => ({ from, to: lasts[place]! }))));
  }
  return changed;
}

/** All rows of an asset, as they are now. */
export async function allRows(
  db: Queries,
  { asset, changed, codeRecords }: Unpacked,
): Promise<AssetSnapshot> {
  if (changed === undefined) return await rowsOf(db, asset, [EVERYTHING_KEPT]);
  const edgeBytes = edgeBytesOf(codeRecords);
  const [found, rows] = await Promise.all([
    db.all<{ block: number; body: Uint8Array<ArrayBuffer> }>(
      "SELECT block, body FROM packs WHERE asset = $1 ORDER BY block",
      asset,
    ),
    changed.length === 0 ? undefined : rowsOf(db, asset, changed),
  ]);
  const blocks = new Map(found.map(({ block, body }) => [block, decodeBlock(body)]));
  for (const [block, newer] of rows === undefined ? [] : grouped(rows, blockOf, edgeBytes)) {
    const packed = blocks.get(block);
    blocks.set(block, packed === undefined ? newer : patched(packed, newer, edgeBytes));
  }
  return concatenated([...blocks].sort(([a], [b]) => a - b).map(([, rows]) => rows));
}

/** Ordinals that a column can hold. */
const EVERYTHING_KEPT = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };

/** The rows of a block, as they are now. */
export async function blockRows(
  db: Queries,
  { asset, changed, codeRecords }: Unpacked,
  block: number,
): Promise<AssetSnapshot> {
  const span = spanOf(block);
  const packed = changed && await db.get<{ body: Uint8Array<ArrayBuffer> }>(
    "SELECT body FROM packs WHERE asset = $1 AND block = $2",
    asset,
    block,
  );
  if (changed === undefined || packed === undefined) return await rowsOf(db, asset, [span]);
  return patched(
    decodeBlock(packed.body),
    await rowsOf(db, asset, within(changed, span)),
    edgeBytesOf(codeRecords),
  );
}

/** The blocks in which an asset has rows of partitions in the ranges, ascending. */
export async function blocksWithin(db: Queries, asset: number, ranges: Ranges): Promise<number[]> {
  const found = await db.all<{ block: number }>(
    `SELECT DISTINCT floor(p.partition / ${spanOf(0).to + 1}.0)::bigint AS block
    FROM json_to_recordset($2::text::json) AS r("from" bigint, "to" bigint)
      JOIN partitions p ON p.asset = $1 AND p.partition BETWEEN r."from" AND r."to" ORDER BY block`,
    asset,
    JSON.stringify(ranges === EVERYTHING ? [EVERYTHING_KEPT] : ranges),
  );
  return found.map(({ block }) => block);
}

/** Keeps a block as it was at an event, unless one of a later event is there. */
export async function writeBlock(
  db: Queries,
  asset: number,
  block: number,
  seq: Seq,
  rows: AssetSnapshot,
): Promise<void> {
  await db.run(
    `INSERT INTO packs AS p (asset, block, seq, body) VALUES ($1, $2, $3, $4)
    ON CONFLICT (asset, block) DO UPDATE SET seq = excluded.seq, body = excluded.body WHERE excluded.seq > p.seq`,
    asset,
    block,
    seq,
    encodeBlock(rows),
  );
}

/** Those of many ranges that lie in one. */
function within(ranges: Ranges, span: OrdinalRange): Ranges {
  const first = lowerBound(ranges.length, (i) => ranges[i]!.to < span.from);
  const end = lowerBound(ranges.length, (i) => ranges[i]!.from <= span.to);
  return intersect(ranges.slice(first, end), [span]);
}

/** Rows of one code record follow each other, mostly. */
function edgeBytesOf(codeRecords: ReadonlyMap<number, CodeRecord>): EdgeBytes {
  let [last, bytes] = [NaN, 0];
  return (codeId, status) => {
    if (status === WIPED) return 0;
    if (codeId !== last) [last, bytes] = [codeId, (codeRecords.get(codeId)?.edges.length ?? 0) * 32];
    return bytes;
  };
}
