import { count } from "../partition/ranges.ts";
import { DAMAGED, STANDS } from "../ports/state.ts";
import type { StalenessIndex } from "./index.ts";
import { type Edge, existing, type Node } from "./node.ts";

/** Whether all existing members of a partition are sound and none of them expired, as far as the index counts them. */
export function allReady(index: StalenessIndex, edge: Edge, partition: number): boolean {
  let sound = 0;
  const members = existing(edge.up.set, edge.mapping.members(partition, index.now), index.now);
  for (const { from, to } of members) {
    edge.up.rows.each(from, to, (chunk, i) => {
      if (chunk.sound[i] === 1 && chunk.status[i] === STANDS) sound++;
    });
  }
  return sound === count(members);
}

/** Whether anything that a partition was made of is newer than what it read, however far up. */
export function hasMoved(index: StalenessIndex, node: Node, partition: number): boolean {
  const chunk = node.rows.find(partition);
  if (chunk === undefined) return true;
  const i = partition - chunk.first;
  if (!chunk.stands(i) || chunk.status[i] === DAMAGED) return true;
  // Made by other code: who runs that would make it again, and so on without end.
  if (chunk.codeId[i] !== node.present.codeId) return false;
  for (const edge of node.summed) {
    let moved = false;
    for (
      const { from, to } of existing(edge.up.set, edge.mapping.members(partition, index.now), index.now)
    ) {
      edge.up.rows.each(from, to, (member, j, ordinal) => {
        moved ||= member.seq[j]! > chunk.read[i]! ||
          edge.mode === "content" && member.sound[j] === 0 && hasMoved(index, edge.up, ordinal);
      });
    }
    if (moved) return true;
  }
  return false;
}
