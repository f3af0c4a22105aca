import { type AssetSnapshot, type Ranges, WIPED } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

/**
 * One row an asset, columns packed as text: far faster than a row a partition, above all for the hashes.
 * The joins keep the order of the ranges, and in them of the partitions' key. `small` is code, passed, failed and status in
 * one number.
 */
const ROWS = `
  SELECT
    json_group_array(p.partition) AS ordinals,
    json_group_array(p.seq) AS seq,
    json_group_array(p.seq - p.changed) AS changed,
    json_group_array(p.seq - coalesce(e.read, 0)) AS read,
    json_group_array(e.at) AS at,
    json_group_array(((coalesce(e.code, 0) * 256 + p.passed) * 256 + p.failed) * 8 + p.status) AS small,
    group_concat(iif(p.status = ${WIPED}, '${"0".repeat(64)}', hex(e.member)), '') AS members,
    group_concat(hex(e.edges), '') AS edges
  FROM json_each(?2) r
    CROSS JOIN partitions p ON p.asset = ?1 AND p.partition BETWEEN r.value ->> 'from' AND r.value ->> 'to'
    CROSS JOIN events e ON e.seq = p.seq`;

type PackedRow =
  & {
    readonly [column in "ordinals" | "seq" | "changed" | "read" | "at" | "small"]: string;
  }
  & { readonly members: string | null; readonly edges: string | null };

/** The rows of an asset's partitions in the ranges, as the tables have them. */
export function rowsOf(db: Database, asset: number, ranges: Ranges): AssetSnapshot {
  const row = db.get<PackedRow>(ROWS, asset, JSON.stringify(ranges))!;
  const seq = numbers(row.seq);
  return {
    ordinals: numbers(row.ordinals),
    seq,
    changed: before(seq, row.changed),
    read: before(seq, row.read),
    at: numbers(row.at),
    ...unpackSmall(JSON.parse(row.small)),
    members: Uint8Array.fromHex(row.members ?? ""),
    edges: Uint8Array.fromHex(row.edges ?? ""),
  };
}

function unpackSmall(small: readonly number[]) {
  const codeId = new Int32Array(small.length);
  const checksPassed = new Uint8Array(small.length);
  const checksFailed = new Uint8Array(small.length);
  const status = new Uint8Array(small.length);
  for (let row = 0; row < small.length; row++) {
    const value = small[row]!;
    const low = value % 2 ** 19;
    codeId[row] = (value - low) / 2 ** 19;
    checksPassed[row] = low >> 11;
    checksFailed[row] = (low >> 3) & 255;
    status[row] = low & 7;
  }
  return { codeId, checksPassed, checksFailed, status };
}

/** The numbers that lie so far before others: as text, the distances are shorter. */
function before(seq: Float64Array, json: string): Float64Array {
  const distances = JSON.parse(json) as number[];
  return seq.map((number, row) => number - distances[row]!);
}

function numbers(json: string): Float64Array {
  return new Float64Array(JSON.parse(json) as number[]);
}
