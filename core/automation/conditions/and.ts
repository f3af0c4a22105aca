import { intersect, type Ranges } from "../../partition/ranges.ts";
import type { CombinedCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";
import { joinedNames } from "../words.ts";

/** All of several conditions are met. */
export const and: Evaluator<CombinedCondition> = {
  name: ({ of, label }, nameOf) => label ?? joinedNames(of, "and", nameOf),
  met({ of }, site) {
    let met: Ranges = site.within;
    for (const each of of) met = intersect(met, site.part(each, { within: met }));
    return met;
  },
};
