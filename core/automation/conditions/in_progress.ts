import { intersect } from "../../partition/ranges.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A live worker holds a partition, or a run or backfill is to make it. */
export const inProgress: Evaluator<PlainCondition> = {
  name: () => "in progress",
  met: (_, { node, within, view }) => intersect(within, view.running.get(node.key) ?? []),
};
