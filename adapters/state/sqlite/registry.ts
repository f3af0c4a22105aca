import {
  type AssetKey,
  type CodeRecord,
  type DeclaredAsset,
  merge,
  type PartitionSpec,
  type RegisteredAsset,
} from "../../../core/mod.ts";
import type { Database } from "./database.ts";

type AssetRow = {
  readonly id: number;
  readonly key: string;
  readonly partitions: string;
  readonly code: number;
};
type CodeRow = { readonly id: number; readonly version: string; readonly edges: string };

interface Found {
  readonly spec: PartitionSpec;
  readonly id: number | undefined;
  readonly codeId: number | undefined;
  /** Whether all of it is recorded as it is declared. */
  readonly recorded: boolean;
}

/** In the place of a code id: no row names it. */
const NEW = -1;

/** The assets ever registered, and the integers that stand for them. */
export class Registry {
  readonly #db: Database;
  readonly #access: "read" | "write";
  readonly #ids = new Map<AssetKey, number>();
  readonly #keys = new Map<number, AssetKey>();

  constructor(db: Database, access: "read" | "write") {
    this.#db = db;
    this.#access = access;
  }

  /** To read, nothing is recorded: what is new gets a number that no row has. */
  async register(assets: readonly DeclaredAsset[]): Promise<RegisteredAsset[]> {
    const found = this.#db.read(() => assets.map((asset) => this.#look(asset)));
    if (this.#access === "read" || found.every(({ recorded }) => recorded)) {
      return found.map(({ spec, codeId = NEW }, place) => ({
        key: assets[place]!.key,
        partitions: spec,
        codeId,
      }));
    }
    return await this.#db.write(() => assets.map((asset) => this.#record(asset)));
  }

  all(): { key: AssetKey; partitions: PartitionSpec }[] {
    return this.#db.all<AssetRow>("SELECT * FROM assets ORDER BY id")
      .map(({ key, partitions }) => ({ key, partitions: JSON.parse(partitions) }));
  }

  /** The numbers of all assets. */
  ids(): number[] {
    return this.#db.all<{ id: number }>("SELECT id FROM assets ORDER BY id").map(({ id }) => id);
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

  /** A declaration beside what is recorded of it, where there is anything. */
  #look({ key, partitions, record: { version, edges } }: DeclaredAsset): Found {
    const asset = this.#db.get<AssetRow>("SELECT * FROM assets WHERE key = ?", key);
    const spec = merge(partitions, asset && JSON.parse(asset.partitions));
    const codeId = asset && this.#db.get<{ id: number }>(
      "SELECT id FROM codes WHERE asset = ? AND version = ? AND edges = ?",
      asset.id,
      version,
      edgesText(edges),
    )?.id;
    const recorded = codeId !== undefined && asset?.code === codeId &&
      asset.partitions === JSON.stringify(spec);
    return { spec, id: asset?.id, codeId, recorded };
  }

  #record(declared: DeclaredAsset): RegisteredAsset {
    const { key, record: { version, edges } } = declared;
    const found = this.#look(declared);
    const text = JSON.stringify(found.spec);
    const id = found.id ??
      this.#insert("INSERT INTO assets (key, partitions) VALUES (?, ?) RETURNING id", key, text);
    const codeId = found.codeId ??
      this.#insert(
        "INSERT INTO codes (asset, version, edges) VALUES (?, ?, ?) RETURNING id",
        id,
        version,
        edgesText(edges),
      );
    if (!found.recorded) {
      this.#db.run("UPDATE assets SET partitions = ?, code = ? WHERE id = ?", text, codeId, id);
    }
    return { key, partitions: found.spec, codeId };
  }

  #insert(statement: string, ...values: (string | number)[]): number {
    return this.#db.get<{ id: number }>(statement, ...values)!.id;
  }
}

function edgesText(edges: CodeRecord["edges"]): string {
  return JSON.stringify(edges.map(({ upstream, mapping }) => ({ upstream, mapping })));
}
