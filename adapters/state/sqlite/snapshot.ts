import type {
  AssetKey,
  AssetSnapshot,
  CodeRecord,
  DueMark,
  Failure,
  Seq,
  Snapshot,
} from "../../../core/mod.ts";
import { allRows } from "./blocks.ts";
import type { Database } from "./database.ts";
import type { EventLog } from "./event_log.ts";
import { decodeDetail, decodeFailure, FAILED } from "../event_rows.ts";
import type { Registry } from "./registry.ts";
import { changedSincePacked } from "./tail.ts";

type MarkRow = { seq: Seq; at: number; first: number; last: number; kind: number; body: string | null };

/** All that staleness needs of the assets, read from one moment. */
export function snapshot(
  db: Database,
  log: EventLog,
  registry: Registry,
  keys: readonly AssetKey[],
): Snapshot {
  return db.read(() => {
    const assets = new Map<AssetKey, AssetSnapshot>();
    const codeRecords = new Map<number, CodeRecord>();
    const registered = new Map<AssetKey, number>();
    const failures: Failure[] = [];
    const due: DueMark[] = [];
    const changed = keys.length === 0 ? new Map<never, never>() : changedSincePacked(db);
    for (const key of new Set(keys)) {
      const asset = registry.find(key) ?? 0;
      const own = new Map(registry.codeRecords(asset));
      const present = registry.present(key);
      if (present !== undefined) registered.set(key, present);
      for (const [number, code] of own) codeRecords.set(number, code);
      assets.set(key, allRows(db, { asset, changed: changed.get(asset), codeRecords: own }));
      for (const { seq, at, first: from, last: to, kind, body } of marks(db, asset)) {
        if (kind === FAILED) failures.push({ asset: key, from, to, seq, at, ...decodeFailure(body) });
        else due.push({ asset: key, from, to, seq, detail: decodeDetail(body) });
      }
    }
    return { seq: log.head(), assets, codeRecords, registered, failures, due };
  });
}

function marks(db: Database, asset: number): MarkRow[] {
  return db.all(
    `SELECT m.seq, e.at, m.first, m.last, m.kind, body
    FROM marks m JOIN events e ON e.seq = m.seq LEFT JOIN details d ON d.seq = m.seq
    WHERE m.asset = ? ORDER BY m.seq`,
    asset,
  );
}
