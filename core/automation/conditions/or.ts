import { type Ranges, subtract, union } from "../../partition/ranges.ts";
import type { CombinedCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";
import { joinedNames } from "../words.ts";

/** Any of several conditions is met. */
export const or: Evaluator<CombinedCondition> = {
  name: ({ of, label }, nameOf) => label ?? joinedNames(of, "or", nameOf),
  met({ of }, site) {
    let met: Ranges = [];
    for (const each of of) met = union(met, site.part(each, { within: subtract(site.within, met) }));
    return met;
  },
};
