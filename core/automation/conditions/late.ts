import { milliseconds } from "../../instant.ts";
import { isTimeSet } from "../../partition/partition_set.ts";
import { EVERYTHING } from "../../partition/ranges.ts";
import { judgements } from "../../staleness/states.ts";
import { lateIn } from "../../warnings.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A partition breaks the asset's freshness promise. */
export const late: Evaluator<PlainCondition> = {
  name: () => "late",
  met: (_, { node, within, view: { index } }) => lateIn(index, node, judgements(index, node, within)),
  reached({ node }, touched) {
    const first = node.rows.first();
    // Whatever comes after the first that was ever made may be late.
    return first !== undefined && touched[0]!.from <= first ? EVERYTHING : [];
  },
  moved(_, { node, view: { index } }, since) {
    const { freshness } = node.asset;
    if (freshness === null || !isTimeSet(node.set)) return [];
    const within = milliseconds(freshness.within);
    return [{ from: node.set.at(since - within) - 1, to: node.set.at(index.now - within) }];
  },
  wakes(_, { node, view: { index } }) {
    const { freshness } = node.asset;
    if (freshness === null || !isTimeSet(node.set)) return Infinity;
    const within = milliseconds(freshness.within);
    return node.set.window(node.set.at(index.now - within - 1)).end + within + 1;
  },
};
