import { bytesLimbs, LIMBS } from "../fingerprint.ts";
import type { AssetSnapshot } from "../ports/state.ts";
import type { Node } from "./node.ts";
import type { Soundness } from "./soundness.ts";

/** Takes in the rows of an asset out of a snapshot; those of its upstream come first. */
export function loadRows(soundness: Soundness, node: Node, rows: AssetSnapshot): void {
  const members = bytesLimbs(rows.members);
  const edges = bytesLimbs(rows.edges);
  let edge = 0;
  for (let row = 0; row < rows.ordinals.length;) {
    const chunk = node.rows.at(rows.ordinals[row]!);
    const first = rows.ordinals[row]! - chunk.first;
    const end = runEnd(rows.ordinals, row, node.rows.size - first);
    chunk.fill(first, rows, members, row, end);
    for (let i = first; row < end; row++, i++) {
      if (!chunk.stands(i)) continue;
      if (node.summed.length > 0) {
        soundness.readSums(node, chunk, i, edges, edge);
        soundness.measure(node, chunk, i, rows.ordinals[row]!);
        edge += (soundness.recordOf(chunk, i)?.edges.length ?? 0) * LIMBS;
      }
      chunk.sound[i] = soundness.isSoundNow(node, chunk, i, rows.ordinals[row]!) ? 1 : 0;
    }
  }
}

/** Where the run of neighbouring ordinals that begins at `row` ends, after at most `most`. */
function runEnd(ordinals: Float64Array, row: number, most: number): number {
  let end = row + 1;
  while (end < ordinals.length && end - row < most && ordinals[end]! - ordinals[row]! === end - row) end++;
  return end;
}
