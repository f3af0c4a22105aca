import { intersect, subtract, union } from "../../partition/ranges.ts";
import type { SinceCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A condition was met, and another was not met later: nothing is lost where both are met at one evaluation. */
export const since: Evaluator<SinceCondition> = {
  name: ({ of, reset }, nameOf) => `${nameOf(of)}, and not ${nameOf(reset)} since`,
  met({ of, reset }, site) {
    const before = intersect(site.before ?? [], site.within);
    const begun = site.part(of);
    const ended = site.part(reset);
    const met = union(begun, subtract(before, ended));
    site.remember(met);
    return met;
  },
};
