import { isTimeSet } from "../../partition/partition_set.ts";
import { intersect } from "../../partition/ranges.ts";
import type { LatestCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A partition is one of the latest windows that exist; sets without time have no windows to look back over. */
export const withinLatest: Evaluator<LatestCondition> = {
  name: ({ windows }) => `within the latest ${windows} windows`,
  met({ windows }, { node: { set }, view: { index }, within }) {
    if (!isTimeSet(set)) return within;
    const there = set.existing(index.now);
    return there === null ? [] : intersect(within, [{ from: there.to - windows + 1, to: there.to }]);
  },
  moved({ windows }, { node: { set }, view: { index } }, since) {
    const [was, is] = [set.existing(since), set.existing(index.now)];
    if (!isTimeSet(set) || was === null || is === null || was.to === is.to) return [];
    return [{ from: was.to - windows + 1, to: is.to - windows }];
  },
};
