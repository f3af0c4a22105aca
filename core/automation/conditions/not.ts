import { subtract } from "../../partition/ranges.ts";
import type { OneCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A condition is not met. */
export const not: Evaluator<OneCondition> = {
  name: ({ of }, nameOf) => `not ${nameOf(of)}`,
  met: ({ of }, site) => subtract(site.within, site.part(of)),
};
