import dagre from "@dagrejs/dagre";
import type { Drawing, DrawnEdge, DrawnNode } from "./fold.ts";

/** The size of a node. */
export const WIDTH = 222, HEIGHT = 56;

/** A drawing with the places of its nodes' upper left corners, and the points of its edges. */
export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly (DrawnNode & { readonly x: number; readonly y: number })[];
  readonly edges:
    readonly (DrawnEdge & { readonly points: readonly { readonly x: number; readonly y: number }[] })[];
}

/** Lays a drawing out from left to right, so that few edges cross. */
export function layOut({ nodes, edges }: Drawing): Placed {
  const layout = new dagre.graphlib.Graph();
  // The ranker that is the default takes three times as long for hundreds of assets, and these are in layers either way.
  layout.setGraph({ ranker: "tight-tree", rankdir: "LR", nodesep: 16, ranksep: 42, marginx: 8, marginy: 8 });
  layout.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) layout.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const { from, to } of edges) layout.setEdge(from, to);
  dagre.layout(layout);
  const corner = (id: string) => {
    const { x, y } = layout.node(id) as { x: number; y: number };
    return { x: x - WIDTH / 2, y: y - HEIGHT / 2 };
  };
  const { width = 0, height = 0 } = layout.graph() as { width?: number; height?: number };
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: nodes.map((node) => ({ ...node, ...corner(node.id) })),
    edges: edges.map((edge) => {
      const { points } = layout.edge(edge.from, edge.to) as { points: { x: number; y: number }[] };
      const [from, to] = [corner(edge.from), corner(edge.to)];
      // From the middle of the right side to the middle of the left one, past what lies between.
      const ends = [{ x: from.x + WIDTH, y: from.y + HEIGHT / 2 }, {
        x: to.x,
        y: to.y + HEIGHT / 2,
      }] as const;
      return { ...edge, points: [ends[0], ...points.slice(1, -1), ends[1]] };
    }),
  };
}
