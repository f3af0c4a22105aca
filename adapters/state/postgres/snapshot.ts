import type {
  AssetKey,
  AssetSnapshot,
  CodeRecord,
  DueMark,
  Failure,
  Seq,
  Snapshot,
} from "../../../core/mod.ts";
import { decodeDetail, decodeFailure, FAILED } from "../event_rows.ts";
import { allRows, changedSincePacked } from "./blocks.ts";
import type { Database, Queries } from "./database.ts";
import { head } from "./event_log.ts";
import type { Registry } from "./registry.ts";

interface MarkRow {
  readonly asset: number;
  readonly seq: Seq;
  readonly at: number;
  readonly first: number;
  readonly last: number;
  readonly kind: number;
  readonly body: string | null;
}

/** The numbers of assets in the first parameter. */
const OF_ASSETS = "IN (SELECT a::int FROM json_array_elements_text($1::text::json) a)";

const MARKS = `
  SELECT m.asset, m.seq, e.at, m.first, m.last, m.kind, d.body
  FROM marks m JOIN events e ON e.seq = m.seq LEFT JOIN details d ON d.seq = m.seq
  WHERE m.asset ${OF_ASSETS} ORDER BY m.seq, m.first`;

/** All that staleness needs of the assets, read from one moment. */
export async function snapshot(
  db: Database,
  registry: Registry,
  keys: readonly AssetKey[],
): Promise<Snapshot> {
  return await db.read(async (db) => {
    const known = await db.all<{ id: number; key: AssetKey; code: number | null }>(
      "SELECT id, key, code FROM assets WHERE key IN (SELECT json_array_elements_text($1::text::json))",
      JSON.stringify(keys),
    );
    const idOf = new Map(known.map(({ key, id }) => [key, id]));
    const codeOf = new Map(known.map(({ key, code }) => [key, code]));
    const ids = JSON.stringify(known.map(({ id }) => id));
    const [seq, changed, codes, marks] = await Promise.all([
      head(db),
      keys.length === 0 ? new Map<number, never>() : changedSincePacked(db),
      codesOf(db, ids),
      db.all<MarkRow>(MARKS, ids),
    ]);
    const assets = new Map<AssetKey, AssetSnapshot>();
    const codeRecords = new Map<number, CodeRecord>();
    const registered = new Map<AssetKey, number>();
    const failures: Failure[] = [];
    const due: DueMark[] = [];
    const wanted = [...new Set(keys)].map((key) => ({ key, asset: idOf.get(key) ?? 0 }));
    const rows = await Promise.all(
      wanted.map(({ asset }) =>
        allRows(db, { asset, changed: changed.get(asset), codeRecords: codes.get(asset) ?? new Map() })
      ),
    );
    for (const [place, { key, asset }] of wanted.entries()) {
      const present = registry.present(key, codeOf.get(key) ?? null);
      if (present !== undefined) registered.set(key, present);
      for (const [number, code] of codes.get(asset) ?? []) codeRecords.set(number, code);
      assets.set(key, rows[place]!);
      for (const { asset: of, seq, at, first: from, last: to, kind, body } of marks) {
        if (of !== asset) continue;
        if (kind === FAILED) failures.push({ asset: key, from, to, seq, at, ...decodeFailure(body) });
        else due.push({ asset: key, from, to, seq, detail: decodeDetail(body) });
      }
    }
    return { seq, assets, codeRecords, registered, failures, due };
  });
}

async function codesOf(db: Queries, ids: string): Promise<Map<number, Map<number, CodeRecord>>> {
  const rows = await db.all<{ id: number; asset: number; version: string; edges: string }>(
    `SELECT id, asset, version, edges FROM codes WHERE asset ${OF_ASSETS} ORDER BY id`,
    ids,
  );
  const found = new Map<number, Map<number, CodeRecord>>();
  for (const { id, asset, version, edges } of rows) {
    const own = found.get(asset) ?? new Map<number, CodeRecord>();
    found.set(asset, own.set(id, { version, edges: JSON.parse(edges) }));
  }
  return found;
}
