import type { AssetKey, AssetSnapshot, DueMark, Failure, Snapshot } from "../../../core/mod.ts";
import { Projection } from "./projection.ts";
import type { MemoryStore } from "./store.ts";

/** All that staleness needs of some assets, as of now. */
export function snapshot(store: MemoryStore, keys: readonly AssetKey[]): Snapshot {
  const failures: Failure[] = [];
  const due: DueMark[] = [];
  const assets = new Map<AssetKey, AssetSnapshot>();
  for (const key of keys) {
    if (assets.has(key)) continue;
    const projection = store.assets.get(key)?.projection ?? new Projection();
    assets.set(key, projection.snapshot());
    for (const { from, to, event } of projection.marks()) {
      const { asset, seq } = event;
      if (event.kind === "due") due.push({ asset, from, to, seq, detail: event.detail });
      else {
        const { kind: _kind, run: _run, ...failure } = event;
        failures.push({ ...failure, from, to });
      }
    }
  }
  const registered = new Map<AssetKey, number>();
  for (const key of assets.keys()) {
    const codeId = store.assets.get(key)?.codeId;
    if (codeId !== undefined) registered.set(key, codeId);
  }
  const codeRecords = [...store.codeRecords].filter(([, { asset }]) => assets.has(asset))
    .map(([number, { version, edges }]) => [number, { version, edges }] as const);
  return { seq: store.events.length, assets, codeRecords: new Map(codeRecords), registered, failures, due };
}
