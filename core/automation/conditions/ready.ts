import { contains, fromOrdinals, subtract } from "../../partition/ranges.ts";
import { STANDS } from "../../ports/state.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/**
 * Whatever reads a partition may go on: it stands, and is fresh or merely due to be asked again. Who reads its content
 * needs its files, too.
 */
export const ready: Evaluator<PlainCondition> = {
  name: () => "ready",
  met(_, { node, within, reader, view: { index } }) {
    const found: number[] = [];
    for (const { from, to } of within) {
      node.rows.each(from, to, (chunk, i, ordinal) => {
        if (chunk.sound[i] !== 1) return;
        if (reader?.mode === "order" || chunk.status[i] === STANDS) found.push(ordinal);
      });
    }
    return subtract(fromOrdinals(found), index.gone(node));
  },
  detail(_, { node, within: [range], view: { index } }, isMet) {
    if (isMet) return undefined;
    if (contains(index.gone(node), range!.from)) return "was found no more";
    return index.isExpired(node, range!.from) ? "has expired" : `is ${index.judge(node, range!.from)}`;
  },
};
