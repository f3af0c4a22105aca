import { judgements } from "../../staleness/states.ts";
import { lateIn } from "../../warnings.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A partition breaks the asset's freshness promise. */
export const late: Evaluator<PlainCondition> = {
  name: () => "late",
  met: (_, { node, within, view: { index } }) => lateIn(index, node, judgements(index, node, within)),
};
