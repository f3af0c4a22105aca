import { canonicalJson, sha256 } from "../fingerprint.ts";
import type { Seq } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { Ranges } from "../partition/ranges.ts";
import type { RunRequest } from "../ports/state.ts";
import { assetRanges } from "../run/request.ts";
import type { Node } from "../staleness/node.ts";

/**
 * The runs that make what is requested: one for each set of assets that read each other. Requested once more as of the
 * same event, the same partitions are the same run, by its key.
 */
export function requestsFor(
  wanted: ReadonlyMap<Node, Ranges>,
  { seq, now }: { readonly seq: Seq; readonly now: Instant },
): RunRequest[] {
  return connected([...wanted.keys()]).map((nodes) => {
    const ranges = nodes.flatMap((node) => assetRanges(node, wanted.get(node)!));
    const key = `automation ${sha256(canonicalJson([seq, ranges])).slice(0, 32)}`;
    return { command: "materialize", ranges, asOf: now, key, tags: { by: "automation" } };
  });
}

/** The nodes in sets of which each reads another of its own, or is read by it; upstream first. */
function connected(nodes: readonly Node[]): Node[][] {
  const sets = new Map(nodes.map((node) => [node, new Set([node])]));
  for (const node of nodes) {
    for (const { up } of node.up) {
      const [own, other] = [sets.get(node)!, sets.get(up)];
      if (other === undefined || other === own) continue;
      const both = own.union(other);
      for (const each of both) sets.set(each, both);
    }
  }
  return [...new Set(sets.values())].map((set) => [...set].sort((a, b) => a.order - b.order));
}
