import type { AnyAsset } from "../asset.ts";
import type { AssetKey } from "../event.ts";

/** An edge of the graph: `to` reads `from`. */
export interface LineageEdge {
  /** The upstream asset. */
  readonly from: AssetKey;
  readonly to: AssetKey;
  readonly mode: string;
}

/** Assets and what reads what among them. */
export interface LineageJson {
  readonly nodes: readonly {
    readonly key: AssetKey;
    readonly group: string;
    readonly kind: string;
    /** Whether others make it. */
    readonly external: boolean;
  }[];
  readonly edges: readonly LineageEdge[];
}

/** The lineage of assets, which come in dependency order. */
export function lineageJson(assets: readonly AnyAsset[]): LineageJson {
  const keys = new Set(assets.map(({ key }) => key));
  return {
    nodes: assets.map(({ key, group, kind, materialize }) => ({
      key,
      group,
      kind,
      external: materialize === null,
    })),
    edges: assets.flatMap(({ key, deps }) =>
      Object.values(deps).filter(({ asset: { key: up } }) => keys.has(up))
        .map(({ asset, mode }) => ({ from: asset.key, to: key, mode }))
    ),
  };
}
