import { intersect } from "../../partition/ranges.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A partition is requested in this same evaluation. */
export const requested: Evaluator<PlainCondition> = {
  name: () => "requested",
  met: (_, { node, within, view }) => intersect(within, view.requested.get(node.key) ?? []),
};
