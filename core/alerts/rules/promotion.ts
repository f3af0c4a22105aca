import { fromOrdinals, type OrdinalRange } from "../../partition/ranges.ts";
import type { StalenessIndex } from "../../staleness/index.ts";
import { dependentsOf, type Edge, existing, type Node } from "../../staleness/node.ts";
import { failuresOf } from "../failures.ts";
import { type AlertRule, type AlertScope, covers, seesAsset } from "../rule.ts";
import { partitionsText } from "../told.ts";

/**
 * A gate holds partitions back: its own check failed, or one that keeps what is promoted from being published. What fails
 * by an error holds back, too, and is told as the failure that it is.
 */
export function promotion(scope: AlertScope = {}): AlertRule {
  return {
    name: "promotion",
    sees: seesAsset,
    find: ({ index }) =>
      index.nodes.filter((node) => covers(scope, node)).flatMap((node) => {
        const gate = gateOf(node);
        if (gate === undefined) return [];
        const own = failuresOf(index, node, "check");
        const above = failuresOf(index, gate.up, "check");
        const held = [
          ...own.partitions,
          ...above.partitions.filter((each) => !index.isSound(gate.up, each))
            .flatMap((each) => unsoundReaders(index, gate, each)),
        ];
        const newest = own.newest ?? above.newest;
        if (held.length === 0 || newest === undefined) return [];
        const what = partitionsText(node, fromOrdinals([...new Set(held)].sort((a, b) => a - b)));
        return [{
          subject: node.key,
          severity: "error" as const,
          message: `held back: ${what}: ${newest.message}`,
        }];
      }),
  };
}

/** The dependency that an asset's gate compares with. */
export function gateOf(node: Node): Edge | undefined {
  const against = node.asset.checks.flatMap(({ checks }) => checks).find((each) => each.against !== undefined)
    ?.against;
  return node.up.find(({ name }) => name === against);
}

function unsoundReaders(index: StalenessIndex, edge: Edge, member: number): number[] {
  const readers: readonly OrdinalRange[] = [...dependentsOf(edge, member, index.now)];
  const found: number[] = [];
  for (const { from, to } of existing(edge.down.set, readers, index.now)) {
    for (let each = from; each <= to; each++) if (!index.isSound(edge.down, each)) found.push(each);
  }
  return found;
}
