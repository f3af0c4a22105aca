import { intersect } from "../../partition/ranges.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A partition is asked for in this same evaluation. */
export const requested: Evaluator<PlainCondition> = {
  name: () => "requested",
  met: (_, { node, within, view }) => intersect(within, view.requested.get(node.key) ?? []),
};
