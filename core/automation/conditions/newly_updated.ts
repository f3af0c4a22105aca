import { fromOrdinals } from "../../partition/ranges.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A partition was made since the last evaluation; at the first, none was. */
export const newlyUpdated: Evaluator<PlainCondition> = {
  name: () => "newly updated",
  met(_, { node, within, memory }) {
    if (memory === undefined) return [];
    const found: number[] = [];
    for (const { from, to } of within) {
      node.rows.each(from, to, (chunk, i, ordinal) => {
        if (chunk.stands(i) && chunk.seq[i]! > memory.seq) found.push(ordinal);
      });
    }
    return fromOrdinals(found);
  },
};
