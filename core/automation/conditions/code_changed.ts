import { fromOrdinals } from "../../partition/ranges.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A partition stands that was made by other code than the present one, or with other dependencies. */
export const codeChanged: Evaluator<PlainCondition> = {
  name: () => "code changed",
  met(_, { node, within }) {
    const found: number[] = [];
    for (const { from, to } of within) {
      node.rows.each(from, to, (chunk, i, ordinal) => {
        if (chunk.stands(i) && chunk.codeId[i] !== node.present.codeId) found.push(ordinal);
      });
    }
    return fromOrdinals(found);
  },
};
