import { iso } from "../../instant.ts";
import { allExisting } from "../../staleness/node.ts";
import type { CronCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";

/** The time that a cron expression names came since the last evaluation; at the first, none did. */
export const cronPassed: Evaluator<CronCondition> = {
  name: ({ pattern, timeZone }) => `at a time of cron ${pattern} (${timeZone})`,
  met({ pattern, timeZone }, { view: { cron, index }, within, memory }) {
    const next = cron.next(pattern, timeZone, memory?.at ?? index.now);
    return next <= index.now ? within : [];
  },
  detail({ pattern, timeZone }, { view: { cron, index } }) {
    const next = cron.next(pattern, timeZone, index.now);
    return next === Infinity ? "never comes again" : `comes next at ${iso(next)}`;
  },
  moved: ({ pattern, timeZone }, { view: { cron, index }, node }, since) =>
    cron.next(pattern, timeZone, since) <= index.now ? allExisting(node, index.now) : [],
  wakes: ({ pattern, timeZone }, { view: { cron, index } }) => cron.next(pattern, timeZone, index.now),
};
