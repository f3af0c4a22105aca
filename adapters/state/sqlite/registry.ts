import {
  type AssetKey,
  type CodeRecord,
  type DeclaredAsset,
  merge,
  type PartitionSpec,
  type RegisteredAsset,
  type Registering,
} from "../../../core/mod.ts";
import type { Database } from "./database.ts";

type AssetRow = {
  readonly id: number;
  readonly key: string;
  readonly partitions: string;
  readonly code: number;
};
type CodeRecordRow = { readonly id: number; readonly version: string; readonly edges: string };

interface Found {
  readonly spec: PartitionSpec;
  readonly id: number | undefined;
  readonly codeId: number | undefined;
  /** Whether its code is the present one, or stays behind it. */
  readonly isPresent: boolean;
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
  /** What a reader declares passes for the present code. */
  readonly #read = new Map<AssetKey, number>();

  constructor(db: Database, access: "read" | "write") {
    this.#db = db;
    this.#access = access;
  }

  /**
   * To read, nothing is recorded: what is new gets a number that no row has.
   *
   * @param note Called in the transaction for each asset whose present code is another than before.
   */
  async register(
    assets: readonly DeclaredAsset[],
    { yielding = false }: Registering,
    note: (asset: number, codeId: number) => void,
  ): Promise<RegisteredAsset[]> {
    const found = this.#db.read(() => assets.map((asset) => this.#look(asset, yielding)));
    if (this.#access === "read" || found.every(({ recorded }) => recorded)) {
      return found.map(({ spec, codeId = NEW }, place) => {
        const { key } = assets[place]!;
        if (this.#access === "read") this.#read.set(key, codeId);
        return { key, partitions: spec, codeId };
      });
    }
    return await this.#db.write(() => {
      const isFirst = this.#db.get("SELECT 1 FROM assets LIMIT 1") === undefined;
      return assets.map((asset) => this.#record(asset, yielding, isFirst ? () => {} : note));
    });
  }

  /** The number of an asset's present code record. */
  present(key: AssetKey): number | undefined {
    return this.#read.get(key) ??
      this.#db.get<{ code: number }>("SELECT code FROM assets WHERE key = ?", key)?.code;
  }

  all(): RegisteredAsset[] {
    return this.#db.all<AssetRow>("SELECT * FROM assets ORDER BY id")
      .map(({ key, partitions, code }) => ({ key, partitions: JSON.parse(partitions), codeId: code }));
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

  codeRecords(asset: number): [number, CodeRecord][] {
    return this.#db.all<CodeRecordRow>(
      "SELECT id, version, edges FROM codes WHERE asset = ? ORDER BY id",
      asset,
    )
      .map(({ id, version, edges }) => [id, { version, edges: JSON.parse(edges) }]);
  }

  codeRecord(codeId: number): CodeRecord {
    const { version, edges } = this.#db.get<CodeRecordRow>(
      "SELECT id, version, edges FROM codes WHERE id = ?",
      codeId,
    )!;
    return { version, edges: JSON.parse(edges) };
  }

  #load(): void {
    for (const { id, key } of this.#db.all<AssetRow>("SELECT id, key FROM assets")) {
      this.#ids.set(key, id);
      this.#keys.set(id, key);
    }
  }

  /** A declaration beside what is recorded of it, where there is anything. */
  #look({ key, partitions, record: { version, edges } }: DeclaredAsset, yielding: boolean): Found {
    const asset = this.#db.get<AssetRow>("SELECT * FROM assets WHERE key = ?", key);
    const spec = merge(partitions, asset && JSON.parse(asset.partitions));
    const codeId = asset && this.#db.get<{ id: number }>(
      "SELECT id FROM codes WHERE asset = ? AND version = ? AND edges = ?",
      asset.id,
      version,
      edgesText(edges),
    )?.id;
    const isPresent = codeId !== undefined && (yielding || asset?.code === codeId);
    const recorded = isPresent && asset?.partitions === JSON.stringify(spec);
    return { spec, id: asset?.id, codeId, isPresent, recorded };
  }

  #record(
    declared: DeclaredAsset,
    yielding: boolean,
    note: (asset: number, codeId: number) => void,
  ): RegisteredAsset {
    const { key, record: { version, edges } } = declared;
    const found = this.#look(declared, yielding);
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
    if (!found.recorded) this.#db.run("UPDATE assets SET partitions = ? WHERE id = ?", text, id);
    if (!found.isPresent) {
      this.#db.run("UPDATE assets SET code = ? WHERE id = ?", codeId, id);
      note(id, codeId);
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
