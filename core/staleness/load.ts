import { bytesLimbs, LIMBS } from "../fingerprint.ts";
import { type AssetSnapshot, DAMAGED, WIPED } from "../ports/state.ts";
import type { Node } from "./node.ts";
import type { Soundness } from "./soundness.ts";

/** Takes in, and keeps, the rows of an asset out of a snapshot; those of its upstream come first. */
export function loadRows(soundness: Soundness, node: Node, rows: AssetSnapshot): void {
  const members = bytesLimbs(rows.members);
  const edges = bytesLimbs(rows.edges);
  const width = node.summed.length * LIMBS;
  let edge = 0;
  for (let row = 0; row < rows.ordinals.length;) {
    const ordinal = rows.ordinals[row]!;
    const end = runEnd(rows.ordinals, row, node.rows.size - ordinal % node.rows.size);
    const uniform = isPresent(node, rows, row, end);
    const sums = uniform ? edges.subarray(edge, edge + (end - row) * width) : undefined;
    const chunk = node.rows.take(rows, members, row, end, sums);
    for (let i = ordinal - chunk.first; row < end; row++, i++) {
      if (!chunk.stands(i)) continue;
      if (!uniform) soundness.readSums(node, chunk, i, edges, edge);
      edge += uniform ? width : (soundness.recordOf(chunk, i)?.edges.length ?? 0) * LIMBS;
      const agrees = soundness.measure(node, chunk, i, rows.ordinals[row]!);
      chunk.sound[i] = agrees && chunk.codeId[i] === node.present.codeId && chunk.status[i] !== DAMAGED
        ? 1
        : 0;
    }
  }
}

/** Whether the rows all read what the asset reads by its present code. */
function isPresent(node: Node, rows: AssetSnapshot, from: number, end: number): boolean {
  for (let row = from; row < end; row++) {
    if (rows.codeId[row] !== node.codeId || rows.status[row] === WIPED) return false;
  }
  return true;
}

/** Where the run of neighbouring ordinals that begins at `row` ends, after at most `most`. */
function runEnd(ordinals: Float64Array, row: number, most: number): number {
  let end = row + 1;
  while (end < ordinals.length && end - row < most && ordinals[end]! - ordinals[row]! === end - row) end++;
  return end;
}
