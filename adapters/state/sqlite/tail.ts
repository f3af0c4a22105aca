import { normalize, type OrdinalRange, type Ranges, type Seq } from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import { DUE, FAILED, REGISTERED } from "../event_rows.ts";

/** One look at the newest events. What failed or is due is marked, and changes no row; nor does other code. */
const CHANGES = `
  SELECT json_group_array(e.asset) AS assets, json_group_array(e.first) AS firsts,
    json_group_array(coalesce(e.last, e.first)) AS lasts
  FROM events e CROSS JOIN packed p ON p.asset = e.asset
  WHERE e.seq > (SELECT min(seq) FROM packed) AND e.seq > p.seq AND e.kind NOT IN (${FAILED}, ${DUE}, ${REGISTERED})`;

/** The packed assets, each with the partitions whose rows may have changed since. */
export function changedSincePacked(db: Database): Map<number, Ranges> {
  const assets = db.all<{ asset: number }>("SELECT asset FROM packed");
  const changed = new Map(assets.map(({ asset }) => [asset, [] as OrdinalRange[]]));
  const found = db.get<{ assets: string; firsts: string; lasts: string }>(CHANGES)!;
  const [firsts, lasts] = [JSON.parse(found.firsts) as number[], JSON.parse(found.lasts) as number[]];
  for (const [place, asset] of (JSON.parse(found.assets) as number[]).entries()) {
    changed.get(asset)!.push({ from: firsts[place]!, to: lasts[place]! });
  }
  return new Map([...changed].map(([asset, ranges]) => [asset, normalize(ranges)]));
}

/** How many events there were since the asset was packed that was longest ago; all of them, if none ever was. */
export function sincePacked(db: Database, head: Seq): number {
  return head - (db.get<{ seq: Seq | null }>("SELECT min(seq) AS seq FROM packed")!.seq ?? 0);
}
