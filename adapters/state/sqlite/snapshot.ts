import {
  type AssetKey,
  type AssetSnapshot,
  type CodeRecord,
  type DueMark,
  type Failure,
  normalize,
  type OrdinalRange,
  type Seq,
  type Snapshot,
  StateError,
  WIPED,
} from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import type { EventLog } from "./event_log.ts";
import { decodeDetail, decodeFailure, FAILED } from "./event_rows.ts";
import { patched, readPack, writePack } from "./packs.ts";
import type { Registry } from "./registry.ts";

/**
 * One row an asset, columns packed as text: far faster than a row a partition, above all for the hashes.
 * The join keeps the order of the partitions' key. `small` is code, passed, failed and status in one number.
 */
const PACKED = `
  SELECT
    json_group_array(p.partition) AS ordinals,
    json_group_array(p.seq) AS seq,
    json_group_array(p.seq - p.changed) AS changed,
    json_group_array(p.seq - coalesce(e.read, 0)) AS read,
    json_group_array(e.at) AS at,
    json_group_array(((coalesce(e.code, 0) * 256 + p.passed) * 256 + p.failed) * 8 + p.status) AS small,
    group_concat(iif(p.status = ${WIPED}, '${"0".repeat(64)}', hex(e.member)), '') AS members,
    group_concat(hex(e.edges), '') AS edges
  FROM partitions p CROSS JOIN events e ON e.seq = p.seq
  WHERE p.asset = ? AND p.partition BETWEEN ? AND ?`;
const ALL = { from: -Number.MAX_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };
/** After so many events a pack is no longer brought up to date, but made anew. */
const FEW = 1_000;
/** After so many events of any asset it takes too long to look for those of one. */
const LONG = 50_000;

type PackedRow =
  & {
    readonly [column in "ordinals" | "seq" | "changed" | "read" | "at" | "small"]: string;
  }
  & { readonly members: string | null; readonly edges: string | null };

type MarkRow = { seq: number; first: number; last: number; kind: number; body: string | null };

/**
 * All that staleness needs of the assets, read from one moment.
 *
 * @param many From so many partitions on, an asset's rows are kept packed for the next time.
 */
export function snapshot(
  db: Database,
  log: EventLog,
  registry: Registry,
  keys: readonly AssetKey[],
  many: number,
): Snapshot {
  const unpacked: number[] = [];
  const found = db.read(() => {
    const assets = new Map<AssetKey, AssetSnapshot>();
    const codes = new Map<number, CodeRecord>();
    const failures: Failure[] = [];
    const due: DueMark[] = [];
    for (const key of new Set(keys)) {
      const asset = registry.find(key) ?? 0;
      const own = registry.codes(asset);
      for (const [number, code] of own) codes.set(number, code);
      const rows = fromPack(db, log.head(), asset, new Map(own)) ?? rowsOf(db, asset, ALL);
      if (rows.fresh && rows.of.ordinals.length >= many) unpacked.push(asset);
      assets.set(key, rows.of);
      for (const { seq, first: from, last: to, kind, body } of marks(db, asset)) {
        if (kind === FAILED) failures.push({ asset: key, from, to, seq, ...decodeFailure(body) });
        else due.push({ asset: key, from, to, seq, detail: decodeDetail(body) });
      }
    }
    return { seq: log.head(), assets, codes, failures, due };
  });
  if (unpacked.length > 0) keep(db, log, unpacked);
  return found;
}

interface Rows {
  readonly of: AssetSnapshot;
  /** Whether they were read row by row. */
  readonly fresh: boolean;
}

function rowsOf(db: Database, asset: number, { from, to }: OrdinalRange): Rows {
  return { of: unpack(db.get<PackedRow>(PACKED, asset, from, to)!), fresh: true };
}

/** The rows out of a pack, with what has happened since; undefined if there is none, or too much has. */
function fromPack(
  db: Database,
  head: Seq,
  asset: number,
  codes: ReadonlyMap<number, CodeRecord>,
): Rows | undefined {
  const pack = readPack(db, asset);
  if (pack === undefined || head - pack.seq > LONG) return undefined;
  const since = db.all<OrdinalRange>(
    `SELECT first AS "from", coalesce(last, first) AS "to" FROM events
    WHERE seq > ? AND asset = ? LIMIT ${FEW + 1}`,
    pack.seq,
    asset,
  );
  if (since.length > FEW) return undefined;
  const ranges = normalize(since);
  const edgeBytes = (code: number, status: number) =>
    status === WIPED ? 0 : (codes.get(code)?.edges.length ?? 0) * 32;
  const newer = ranges.map((range) => rowsOf(db, asset, range).of);
  return { of: patched(pack.rows, newer, edgeBytes), fresh: false };
}

/** Keeps packs of the assets; a state that cannot be written now does without. */
function keep(db: Database, log: EventLog, assets: readonly number[]): void {
  try {
    db.writeNow(() => {
      for (const asset of assets) writePack(db, asset, { seq: log.head(), rows: rowsOf(db, asset, ALL).of });
    });
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
  }
}

/** Makes the packs of the assets anew that those who only read would do without. */
export function repack(
  db: Database,
  log: EventLog,
  registry: Registry,
  keys: Iterable<AssetKey>,
  many: number,
): void {
  const outdated = [...keys].flatMap((key) => registry.find(key) ?? []).filter((asset) => {
    const packed = db.get<{ seq: Seq }>("SELECT seq FROM packs WHERE asset = ?", asset)?.seq;
    const since = db.get<{ count: number }>(
      "SELECT count(*) AS count FROM events WHERE seq > ? AND asset = ?",
      packed ?? log.head(),
      asset,
    )!.count;
    if (packed !== undefined && since <= FEW && log.head() - packed <= LONG) return false;
    return db.get<{ count: number }>("SELECT count(*) AS count FROM partitions WHERE asset = ?", asset)!
      .count >= many;
  });
  if (outdated.length > 0) keep(db, log, outdated);
}

function marks(db: Database, asset: number): MarkRow[] {
  return db.all(
    `SELECT m.seq, first, last, kind, body FROM marks m LEFT JOIN details d ON d.seq = m.seq
    WHERE asset = ? ORDER BY m.seq`,
    asset,
  );
}

function unpack(row: PackedRow): AssetSnapshot {
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
