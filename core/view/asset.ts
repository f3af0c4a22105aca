import type { AnyAsset } from "../asset.ts";
import type { AssetKey } from "../event.ts";
import type { Graph } from "../graph.ts";

/** An asset in short. */
export interface AssetJson {
  readonly key: AssetKey;
  readonly group: string;
  readonly kind: string;
  readonly partitions: {
    readonly type: string;
    readonly timeZone?: string;
    readonly start?: string;
  };
  readonly deps: readonly { readonly asset: AssetKey; readonly mode: string }[];
  /** Whether others make it. */
  readonly external: boolean;
}

/** An asset in short, as `ls --json` has it. */
export function assetJson(
  { key, group, kind, partitions: { spec }, deps, materialize }: AnyAsset,
): AssetJson {
  return {
    key,
    group,
    kind,
    partitions: "timeZone" in spec
      ? { type: spec.type, timeZone: spec.timeZone, start: spec.start }
      : { type: spec.type },
    deps: Object.values(deps).map(({ asset, mode }) => ({ asset: asset.key, mode })),
    external: materialize === null,
  };
}

/** One asset with all that it declares. */
export interface AssetDetailJson
  extends AssetJson, Pick<AnyAsset, "description" | "owners" | "contract" | "automation" | "freshness"> {
  /** The code version that its partitions are made with now. */
  readonly code: string;
  readonly sources: readonly string[];
  readonly checks: readonly { readonly name: string; readonly severity: string }[];
  readonly upstream: readonly AssetKey[];
  readonly downstream: readonly AssetKey[];
}

/** All that is declared of an asset, as `show --json` has it. @param codeVersion As its partitions are made now. */
export function assetDetailJson(graph: Graph, asset: AnyAsset, codeVersion: string): AssetDetailJson {
  const { description, owners, contract, automation, freshness } = asset;
  return {
    ...assetJson(asset),
    description,
    owners,
    code: codeVersion,
    sources: sourceNames(asset),
    contract,
    checks: asset.checks.flatMap(({ checks }) => checks),
    upstream: [...new Set(Object.values(asset.deps).map(({ asset }) => asset.key))],
    downstream: downstreamOf(graph, asset.key),
    automation,
    freshness,
  };
}

/** The source files by their paths below the project; those that lie anywhere, by their names. */
export function sourceNames({ sources }: AnyAsset): string[] {
  return sources.map(({ path, name = path }) => path.startsWith("file:") ? name : path);
}

/** The assets that read an asset, in dependency order. */
export function downstreamOf(graph: Graph, key: AssetKey): AssetKey[] {
  return graph.assets.filter(({ deps }) => Object.values(deps).some(({ asset }) => asset.key === key))
    .map((asset) => asset.key);
}
