import { schedule } from "../core/mod.ts";

/** The number of days for which replaced versions, ended runs and ticks are remembered. */
export const REMEMBERED = 90;

/** A schedule that applies retention once a day, at 03:30 UTC. */
export const retention = schedule({
  name: "retention",
  description: `deletes files that are over, and forgets what is older than ${REMEMBERED} days`,
  cron: "30 3 * * *",
  prune: { history: REMEMBERED },
});
