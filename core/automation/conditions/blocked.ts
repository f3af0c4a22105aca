import { normalize } from "../../partition/ranges.ts";
import { Overlay } from "../../staleness/states.ts";
import type { PlainCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** A check holds a partition back, or something that it needs failed or is blocked. */
export const blocked: Evaluator<PlainCondition> = {
  name: () => "blocked",
  met(_, { node, within, view: { index } }) {
    const states = new Overlay(index, new Map()).states(node, within);
    return normalize(states.filter(({ state }) => state === "blocked"));
  },
};
