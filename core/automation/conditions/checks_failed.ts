import { fromOrdinals } from "../../partition/ranges.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A check of what stands failed, be it a warning or a blocking one. */
export const checksFailed: Evaluator<PlainCondition> = {
  name: () => "checks failed",
  met(_, { node, within }) {
    const found: number[] = [];
    for (const { from, to } of within) {
      node.rows.each(from, to, (chunk, i, ordinal) => {
        if (chunk.stands(i) && chunk.checksFailed[i]! > 0) found.push(ordinal);
      });
    }
    return fromOrdinals(found);
  },
};
