import { iso, milliseconds } from "../../instant.ts";
import { fromOrdinals, intersect, normalize, ordinals } from "../../partition/ranges.ts";
import type { FailedCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";
import { durationText } from "../words.ts";

/** The last attempt at a partition failed, by an error or by a check; with an age, not because its service was down. */
export const failed: Evaluator<FailedCondition> = {
  name: ({ within }) => within === undefined ? "failed" : `failed less than ${durationText(within)} ago`,
  met({ within: age }, { node, within, view: { index } }) {
    const since = age === undefined ? -Infinity : index.now - milliseconds(age);
    const found = [...ordinals(intersect(within, index.failureRanges(node)))].filter((ordinal) => {
      const failure = index.failure(node, ordinal);
      return failure !== undefined && failure.at > since &&
        (age === undefined || failure.reason !== "outage");
    });
    return fromOrdinals(found);
  },
  detail(_, { node, within: [range], view: { index } }) {
    const failure = index.failure(node, range!.from);
    return failure && `at ${iso(failure.at)}: ${failure.message}`;
  },
  moved({ within: age }, { view: { index }, node }, since) {
    const over = age === undefined ? [] : index.failuresOf(node).filter(({ at }) => {
      const end = at + milliseconds(age);
      return since < end && end <= index.now;
    });
    return normalize(over);
  },
  wakes({ within: age }, { view: { index }, node }) {
    if (age === undefined) return Infinity;
    const ends = index.failuresOf(node).map(({ at }) => at + milliseconds(age));
    return ends.filter((end) => end > index.now).reduce((a, b) => Math.min(a, b), Infinity);
  },
};
