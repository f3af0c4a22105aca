import type { AssetKey } from "../event.ts";
import { count, ordinals, subtract } from "../partition/ranges.ts";
import { isTimeSet } from "../partition/partition_set.ts";
import { rangeText } from "../partition/range_text.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { existing, type Node } from "../staleness/node.ts";
import type { Warning } from "../warnings.ts";
import { isWatched, makeable, membersThere } from "./makeable.ts";
import { type RunSelection, wantedOf } from "./scope.ts";

/**
 * Partitions that are asked for and are not there, as only a part of what they read was seen; each with what is not. Those
 * of which nothing was seen, such as a day without its file, are none.
 */
export function awaited(index: StalenessIndex, selection: RunSelection): Map<AssetKey, Warning[]> {
  const found = new Map<AssetKey, Warning[]>();
  for (const [node, { ranges }] of wantedOf(index, selection)) {
    if (node.asset.observe !== null || !isWatched(node)) continue;
    const wanted = existing(node.set, ranges, index.now);
    const warnings = [...ordinals(subtract(wanted, makeable(index, node, wanted)))].flatMap((partition) => {
      const message = awaits(index, node, partition);
      return message === undefined ? [] : [{ partition: node.set.key(partition), message }];
    });
    if (warnings.length > 0) found.set(node.key, warnings);
  }
  return found;
}

function awaits(index: StalenessIndex, node: Node, partition: number): string | undefined {
  const messages: string[] = [];
  for (const edge of node.up) {
    if (edge.mode === "present" || !isWatched(edge.up)) continue;
    const { members, there } = membersThere(index, edge, partition);
    const absent = subtract(members, there);
    if (absent.length === 0) continue;
    if (count(absent) === count(members) && isTimeSet(edge.up.set)) return undefined;
    const { key, set } = edge.up;
    const keys = absent.map(({ from, to }) => rangeText(set.key(from), set.key(to))).join(", ");
    messages.push(`waits for ${`${key} ${keys}`.trimEnd()}, not seen so far`);
  }
  return messages[0];
}
