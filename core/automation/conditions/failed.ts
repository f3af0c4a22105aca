import { type Instant, iso, milliseconds } from "../../instant.ts";
import { fromOrdinals, intersect, normalize, ordinals } from "../../partition/ranges.ts";
import type { FailedCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";
import { durationText } from "../words.ts";

/**
 * The last attempt at a partition failed, by an error or by a check; with an age, by the present code, and not because its
 * service was down.
 */
export const failed: Evaluator<FailedCondition> = {
  name: ({ within }) => within === undefined ? "failed" : `failed less than ${durationText(within)} ago`,
  met({ within: age }, { node, within, view: { index } }) {
    const limit = age === undefined ? Infinity : milliseconds(age);
    const found = [...ordinals(intersect(within, index.failureRanges(node)))].filter((ordinal) => {
      const failure = index.failure(node, ordinal);
      // Of a failure by a clock that was far ahead it is not known how long ago it was.
      return failure !== undefined && Math.abs(index.now - failure.at) < limit &&
        (age === undefined || (failure.reason !== "outage" && !index.isOfOtherCode(node, failure)));
    });
    return fromOrdinals(found);
  },
  detail(_, { node, within: [range], view: { index } }) {
    const failure = index.failure(node, range!.from);
    return failure && `at ${iso(failure.at)}: ${index.failureText(node, failure)}`;
  },
  moved({ within: age }, { view: { index }, node }, since) {
    const passed = (end: Instant) => since < end && end <= index.now;
    const moved = age === undefined
      ? []
      : index.failuresOf(node).filter(({ at }) =>
        passed(at + milliseconds(age)) || passed(at - milliseconds(age) + 1)
      );
    return normalize(moved);
  },
  wakes({ within: age }, { view: { index }, node }) {
    if (age === undefined) return Infinity;
    const present = index.failuresOf(node).filter((failure) => !index.isOfOtherCode(node, failure));
    const ends = present.map(({ at }) => at + milliseconds(age));
    return ends.filter((end) => end > index.now).reduce((a, b) => Math.min(a, b), Infinity);
  },
};
