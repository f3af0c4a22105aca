import { viewOf } from "../assets/views.ts";
import type { AssetKey, Graph, Warning } from "../core/mod.ts";

const UNNOTICED = "edits of its code go unnoticed: found no module among its sources, " +
  'wanted sources: [sourceFile(import.meta.url)], or a code version other than "1"';
const MODULE = /\.[cm]?[jt]sx?$/;

/**
 * Assets of a graph's module whose code version holds nothing of their code: neither a module's text nor a version that
 * was declared. Edits of what they do make nothing stale.
 */
export function sourceWarnings({ assets }: Graph): ReadonlyMap<AssetKey, readonly Warning[]> {
  const unnoticed = assets.filter(({ key, materialize, code, sources }) =>
    materialize !== null && code === "1" && viewOf(key) === undefined &&
    !sources.some(({ path }) => MODULE.test(path))
  );
  return new Map(unnoticed.map(({ key }) => [key, [{ message: UNNOTICED }]]));
}
