import type { LineageJson } from "../../../core/mod.ts";

/** A node that is drawn: an asset, or a group that is folded together. */
export interface DrawnNode {
  /** The asset's key, or the group's name. */
  readonly id: string;
  readonly group: string;
  readonly isGroup: boolean;
  readonly kind: string;
  readonly external: boolean;
  /** The assets that it stands for. */
  readonly assets: readonly string[];
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  /** Whether only the order counts: it never makes stale. */
  readonly isOrder: boolean;
}

/** A lineage with some groups folded into one node each. */
export interface Drawing {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

/** Above so many assets all groups are folded, unless the viewer says which. */
export const MOST = 60;

/** Folds groups together: edges within one go, and those between two become one. */
export function fold({ nodes, edges }: LineageJson, folded: ReadonlySet<string>): Drawing {
  const groups = Map.groupBy(nodes, ({ group }) => group);
  const placeOf = new Map(nodes.map(({ key, group }) => [key, folded.has(group) ? group : key]));
  const drawn = [...groups].flatMap(([group, those]): DrawnNode[] =>
    folded.has(group)
      ? [{ id: group, group, isGroup: true, kind: "", external: false, assets: those.map(({ key }) => key) }]
      : those.map(({ key, kind, external }) => ({
        id: key,
        group,
        isGroup: false,
        kind,
        external,
        assets: [key],
      }))
  );
  const joined = new Map<string, DrawnEdge>();
  for (const { from, to, mode } of edges) {
    const [a, b] = [placeOf.get(from)!, placeOf.get(to)!];
    if (a === b) continue;
    const name = JSON.stringify([a, b]);
    const isOrder = mode === "order" && (joined.get(name)?.isOrder ?? true);
    joined.set(name, { from: a, to: b, isOrder });
  }
  return { nodes: drawn, edges: [...joined.values()] };
}
