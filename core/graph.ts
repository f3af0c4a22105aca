import type { AnyAsset, Dependency } from "./asset.ts";
import type { AssetKey } from "./event.ts";

/** The assets of one lake, each after those that it depends on. */
// deno-lint-ignore no-explicit-any
export interface Graph<Resources = any> {
  readonly assets: readonly AnyAsset<Resources>[];
  readonly byKey: ReadonlyMap<AssetKey, AnyAsset<Resources>>;
}

/**
 * Puts declared assets together, in dependency order.
 *
 * @throws {TypeError} If two assets share a key, a dependency is not in the graph, a mapping does not fit its two
 * partition sets, or dependencies form a cycle.
 */
export function graph<Resources>(declared: Iterable<AnyAsset<Resources>>): Graph<Resources> {
  const byKey = new Map<AssetKey, AnyAsset<Resources>>();
  for (const asset of declared) {
    if (byKey.has(asset.key)) {
      throw new TypeError(`building the graph: "${asset.key}" is declared twice, wanted one`);
    }
    byKey.set(asset.key, asset);
  }
  for (const asset of byKey.values()) {
    for (const [name, dependency] of Object.entries(asset.deps)) {
      checkDependency(byKey, asset, name, dependency);
    }
  }
  return { assets: inDependencyOrder(byKey), byKey };
}

function checkDependency(
  byKey: ReadonlyMap<AssetKey, AnyAsset>,
  asset: AnyAsset,
  name: string,
  dependency: Dependency,
): void {
  if (byKey.get(dependency.asset.key) !== dependency.asset) {
    throw new TypeError(
      `building the graph: "${asset.key}" depends on "${dependency.asset.key}", which is not in the graph`,
    );
  }
  try {
    dependency.mapping.bind(dependency.asset.partitions, asset.partitions);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`building the graph: dependency "${name}" of "${asset.key}": ${found}`, { cause });
  }
}

/** Depth first, without recursion: a chain may be long. */
function inDependencyOrder<Resources>(
  byKey: ReadonlyMap<AssetKey, AnyAsset<Resources>>,
): AnyAsset<Resources>[] {
  const ordered: AnyAsset[] = [];
  const done = new Set<AnyAsset>();
  for (const root of byKey.values()) {
    const path: { asset: AnyAsset; rest: AnyAsset[] }[] = [];
    const enter = (asset: AnyAsset) => {
      if (done.has(asset)) return;
      if (path.some((step) => step.asset === asset)) {
        const cycle = [...path.map((step) => step.asset.key), asset.key];
        throw new TypeError(
          `building the graph: a cycle ${cycle.slice(cycle.indexOf(asset.key)).join(" → ")}, wanted none`,
        );
      }
      path.push({ asset, rest: Object.values(asset.deps).map((dependency) => dependency.asset) });
    };
    enter(root);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const next = step.rest.shift();
      if (next !== undefined) {
        enter(next);
        continue;
      }
      path.pop();
      done.add(step.asset);
      ordered.push(step.asset);
    }
  }
  return ordered;
}

const UNNOTICED = "edits of its code go unnoticed: found no module among its sources, " +
  'wanted sources: [sourceFile(import.meta.url)], or a code version other than "1"';
const CODE_FILE = /\.[cm]?[jt]sx?$/;

/**
 * Warnings about assets whose code version holds nothing of their code, neither a module's text nor a version that was
 * declared: edits of what they do make nothing stale.
 *
 * @param isOwn Whether an asset's code is not the graph's author's.
 */
export function unnoticedEdits(
  { assets }: Graph,
  isOwn: (key: AssetKey) => boolean,
): ReadonlyMap<AssetKey, readonly { readonly message: string }[]> {
  const unnoticed = assets.filter(({ key, materialize, code, sources }) =>
    materialize !== null && code === "1" && !isOwn(key) && !sources.some(({ path }) => CODE_FILE.test(path))
  );
  return new Map(unnoticed.map(({ key }) => [key, [{ message: UNNOTICED }]]));
}
