import { subtract } from "../../partition/ranges.ts";
import type { OneCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A condition was not met at the last evaluation, and is now; at the first, nothing is new. */
export const newlyTrue: Evaluator<OneCondition> = {
  name: ({ of }, nameOf) => `newly ${nameOf(of)}`,
  met({ of }, site) {
    const now = site.part(of);
    site.remember(now);
    return site.before === undefined ? [] : subtract(now, site.before);
  },
};
