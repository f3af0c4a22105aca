import {
  type AssetKey,
  type CodeRecord,
  type DeclaredAsset,
  merge,
  type PartitionSpec,
  type RegisteredAsset,
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

  register(assets: readonly DeclaredAsset[]): RegisteredAsset[] {
    const specs = assets.map(({ key, partitions }) =>
      merge(partitions, this.#store.assets.get(key)?.partitions)
    );
    return assets.map(({ key, record }, index) => {
      const partitions = frozen(specs[index]!);
      const codeId = this.#codeId(key, record);
      const known = this.#store.assets.get(key);
      if (known === undefined) {
        this.#store.assets.set(key, { partitions, codeId, projection: new Projection() });
      } else Object.assign(known, { partitions, codeId });
      return { key, partitions, codeId };
    });
  }

  all(): { key: AssetKey; partitions: PartitionSpec }[] {
    return [...this.#store.assets].map(([key, { partitions }]) => ({ key, partitions }));
  }

  /** @throws If it was not registered. */
  get(key: AssetKey): StoredAsset {
    const asset = this.#store.assets.get(key);
    if (asset === undefined) {
      throw new Error(`using the state: found asset "${key}", wanted one that was registered`);
    }
    return asset;
  }

  #codeId(asset: AssetKey, { version, edges }: CodeRecord): number {
    const plain = frozen(edges.map(({ upstream, mapping }) => ({ upstream, mapping })));
    const text = JSON.stringify(plain);
    for (const [id, code] of this.#store.codes) {
      if (code.asset === asset && code.version === version && JSON.stringify(code.edges) === text) {
        return id;
      }
    }
    const id = this.#store.codes.size + 1;
    this.#store.codes.set(id, { asset, version, edges: plain });
    return id;
  }
}
