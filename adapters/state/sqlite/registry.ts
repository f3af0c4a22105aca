import type { AssetKey } from "../../../core/event.ts";
import { merge } from "../../../core/partition/merge.ts";
import type { PartitionSpec } from "../../../core/partition/partition_set.ts";
import type { CodeRecord, RegisteredAsset } from "../../../core/ports/state.ts";
import type { Database } from "./database.ts";

type Declared = { readonly key: AssetKey; readonly partitions: PartitionSpec; readonly code: CodeRecord };
type AssetRow = {
  readonly id: number;
  readonly key: string;
  readonly partitions: string;
  readonly code: number;
};
type CodeRow = { readonly id: number; readonly version: string; readonly edges: string };

/** The assets ever registered, and the integers that stand for them. */
export class Registry {
  readonly #db: Database;
  readonly #ids = new Map<AssetKey, number>();
  readonly #keys = new Map<number, AssetKey>();

  constructor(db: Database) {
    this.#db = db;
  }

  register(assets: readonly Declared[]): RegisteredAsset[] {
    return this.#db.write(() => assets.map((asset) => this.#register(asset)));
  }

  all(): { key: AssetKey; partitions: PartitionSpec }[] {
    return this.#db.all<AssetRow>("SELECT * FROM assets ORDER BY id")
      .map(({ key, partitions }) => ({ key, partitions: JSON.parse(partitions) }));
  }

  /** The number of an asset, or undefined if it was never registered. */
  find(key: AssetKey): number | undefined {
    if (!this.#ids.has(key)) this.#load();
    return this.#ids.get(key);
  }

  id(key: AssetKey): number {
    const id = this.find(key);
    if (id === undefined) {
      throw new Error(`using the state: found asset "${key}", wanted one that was registered`);
    }
    return id;
  }

  key(id: number): AssetKey {
    if (!this.#keys.has(id)) this.#load();
    return this.#keys.get(id)!;
  }

  codes(asset: number): [number, CodeRecord][] {
    return this.#db.all<CodeRow>("SELECT id, version, edges FROM codes WHERE asset = ? ORDER BY id", asset)
      .map(({ id, version, edges }) => [id, { version, edges: JSON.parse(edges) }]);
  }

  #load(): void {
    for (const { id, key } of this.#db.all<AssetRow>("SELECT id, key FROM assets")) {
      this.#ids.set(key, id);
      this.#keys.set(id, key);
    }
  }

  #register({ key, partitions, code }: Declared): RegisteredAsset {
    const db = this.#db;
    const recorded = db.get<AssetRow>("SELECT * FROM assets WHERE key = ?", key);
    const spec = merge(partitions, recorded && JSON.parse(recorded.partitions));
    const text = JSON.stringify(spec);
    const id = recorded?.id ??
      db.get<{ id: number }>("INSERT INTO assets (key, partitions) VALUES (?, ?) RETURNING id", key, text)!
        .id;
    const number = this.#code(id, code);
    if (recorded?.code !== number || recorded.partitions !== text) {
      db.run("UPDATE assets SET partitions = ?, code = ? WHERE id = ?", text, number, id);
    }
    return { key, partitions: spec, code: number };
  }

  #code(asset: number, { version, edges }: CodeRecord): number {
    const text = JSON.stringify(edges.map(({ upstream, mapping }) => ({ upstream, mapping })));
    const find = () =>
      this.#db.get<{ id: number }>(
        "SELECT id FROM codes WHERE asset = ? AND version = ? AND edges = ?",
        asset,
        version,
        text,
      )?.id;
    return find() ??
      this.#db.get<{ id: number }>(
        "INSERT INTO codes (asset, version, edges) VALUES (?, ?, ?) RETURNING id",
        asset,
        version,
        text,
      )!.id;
  }
}
