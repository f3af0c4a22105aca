import {
  type AssetKey,
  type CodeRecord,
  type DeclaredAsset,
  type Instant,
  merge,
  type RegisteredAsset,
  type Registering,
} from "../../../core/mod.ts";
import { frozen } from "./copies.ts";
import { Projection } from "./projection.ts";
import type { MemoryStore, StoredAsset } from "./store.ts";

/** The assets that were made known, with their code records. */
export class Registry {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  register(
    assets: readonly DeclaredAsset[],
    at: Instant,
    { yielding = false }: Registering = {},
  ): RegisteredAsset[] {
    const isFirst = this.#store.assets.size === 0;
    const specs = assets.map(({ key, partitions }) =>
      merge(partitions, this.#store.assets.get(key)?.partitions)
    );
    return assets.map(({ key, record }, index) => {
      const partitions = frozen(specs[index]!);
      const known = this.#store.assets.get(key);
      const stays = known !== undefined && yielding && this.#findCode(key, record) !== undefined;
      const codeId = this.#codeId(key, record);
      const isOther = !stays && known?.codeId !== codeId;
      if (known === undefined) {
        this.#store.assets.set(key, { partitions, codeId, projection: new Projection() });
      } else Object.assign(known, { partitions, ...(isOther && { codeId }) });
      if (isOther && !isFirst) this.#note(key, codeId, at);
      return { key, partitions, codeId };
    });
  }

  all(): RegisteredAsset[] {
    return [...this.#store.assets].map(([key, { partitions, codeId }]) => ({ key, partitions, codeId }));
  }

  /** @throws If it was not registered. */
  get(key: AssetKey): StoredAsset {
    const asset = this.#store.assets.get(key);
    if (asset === undefined) {
      throw new Error(`using the state: found asset "${key}", wanted one that was registered`);
    }
    return asset;
  }

  #note(asset: AssetKey, codeId: number, at: Instant): void {
    const { events, codeRecords, listeners } = this.#store;
    const { version, edges } = codeRecords.get(codeId)!;
    const seq = events.length + 1;
    events.push({ kind: "registered", seq, asset, at, run: null, codeId, record: { version, edges } });
    listeners.tell();
  }

  #codeId(asset: AssetKey, record: CodeRecord): number {
    const known = this.#findCode(asset, record);
    if (known !== undefined) return known;
    const id = this.#store.codeRecords.size + 1;
    this.#store.codeRecords.set(id, { asset, version: record.version, edges: plain(record) });
    return id;
  }

  #findCode(asset: AssetKey, record: CodeRecord): number | undefined {
    const text = JSON.stringify(plain(record));
    for (const [id, code] of this.#store.codeRecords) {
      const isSame = code.version === record.version && JSON.stringify(code.edges) === text;
      if (code.asset === asset && isSame) return id;
    }
    return undefined;
  }
}

const plain = ({ edges }: CodeRecord) =>
  frozen(edges.map(({ upstream, mapping }) => ({ upstream, mapping })));
