import { subtract } from "../../partition/ranges.ts";
import { materializedIn } from "../../staleness/node.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A partition was never made, or was wiped. */
export const missing: Evaluator<PlainCondition> = {
  name: () => "missing",
  met: (_, { node, within }) => subtract(within, materializedIn(node, within)),
};
