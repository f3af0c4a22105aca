import type { Orchestrator } from "../orchestrator.ts";
import type { StepRecord } from "../ports/state.ts";

/** How far a step that is at work is: the partitions of its range that were made since it began, of those that it may make. */
export interface StepProgress {
  readonly made: number;
  readonly of: number;
}

/** How far steps are, by what is known of the lake; nothing of assets that the graph does not have. */
export function stepProgress(
  { index }: Orchestrator,
  { asset, from, to, started }: StepRecord,
): StepProgress | undefined {
  const node = index.find(asset);
  if (node === undefined) return undefined;
  let made = 0;
  node.rows.each(from, to, (chunk, i) => {
    if (chunk.stands(i) && chunk.at[i]! >= started) made++;
  });
  return { made, of: to - from + 1 };
}
