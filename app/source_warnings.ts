import { basename } from "node:path";
import type { AssetKey, Graph, Warning } from "../core/mod.ts";

const MODULE = /\.[cm]?[jt]sx?$/;

/**
 * Assets of a graph's module whose code version holds nothing of their code: neither a module's text nor a version that
 * was declared. Edits of what they do make nothing stale.
 */
export function sourceWarnings({ assets }: Graph, path: string): ReadonlyMap<AssetKey, readonly Warning[]> {
  const message = `edits of its code go unnoticed: found no module among its sources, wanted ` +
    `sources: [sourceFile("${basename(path)}")], or a code version other than "1"`;
  const unnoticed = assets.filter(({ materialize, code, sources }) =>
    materialize !== null && code === "1" && !sources.some(({ path }) => MODULE.test(path))
  );
  return new Map(unnoticed.map(({ key }) => [key, [{ message }]]));
}
