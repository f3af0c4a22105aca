import {
  type AssetSnapshot,
  type CodeRecord,
  EVERYTHING,
  intersect,
  lowerBound,
  type OrdinalRange,
  type Ranges,
  WIPED,
} from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import { readBlock, readBlocks } from "./packs.ts";
import { blockOf, spanOf } from "../packed.ts";
import { concatenated, type EdgeBytes, grouped, patched } from "../patched.ts";
import { rowsOf } from "./rows.ts";

/** An asset, and the partitions whose rows may have changed since it was packed; undefined if it never was. */
export interface Unpacked {
  readonly asset: number;
  readonly changed: Ranges | undefined;
  readonly codeRecords: ReadonlyMap<number, CodeRecord>;
}

/** All rows of an asset, as they are now. */
export function allRows(db: Database, { asset, changed, codeRecords }: Unpacked): AssetSnapshot {
  if (changed === undefined) {
    const blocks = blocksWithin(db, asset, EVERYTHING);
    return concatenated(blocks.map((block) => rowsOf(db, asset, [spanOf(block)])));
  }
  const edgeBytes = edgeBytesOf(codeRecords);
  const blocks = readBlocks(db, asset);
  const newer = changed.length === 0 ? [] : grouped(rowsOf(db, asset, changed), blockOf, edgeBytes);
  for (const [block, rows] of newer) {
    const packed = blocks.get(block);
    blocks.set(block, packed === undefined ? rows : patched(packed, rows, edgeBytes));
  }
  return concatenated([...blocks].sort(([a], [b]) => a - b).map(([, rows]) => rows));
}

/** The rows of a block, as they are now. */
export function blockRows(
  db: Database,
  { asset, changed, codeRecords }: Unpacked,
  block: number,
): AssetSnapshot {
  const span = spanOf(block);
  const packed = changed && readBlock(db, asset, block);
  if (changed === undefined || packed === undefined) return rowsOf(db, asset, [span]);
  return patched(packed, rowsOf(db, asset, within(changed, span)), edgeBytesOf(codeRecords));
}

/** The blocks in which an asset has rows of partitions in the ranges, ascending. */
export function blocksWithin(db: Database, asset: number, ranges: Ranges): number[] {
  const blocks: number[] = [];
  let next = -Infinity;
  for (const { from, to } of ranges) {
    for (next = Math.max(next, from); next <= to;) {
      const first = db.get<{ first: number | null }>(
        "SELECT min(partition) AS first FROM partitions WHERE asset = ? AND partition BETWEEN ? AND ?",
        asset,
        next,
        to,
      )!.first;
      if (first === null) break;
      blocks.push(blockOf(first));
      next = spanOf(blockOf(first)).to + 1;
    }
  }
  return blocks;
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
