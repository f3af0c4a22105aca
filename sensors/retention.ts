import { schedule } from "../core/mod.ts";

/** For how many days what has been replaced, ended or ticked is remembered. */
export const REMEMBERED = 90;

/** Applies retention once a day. */
export const retention = schedule({
  name: "retention",
  description: `deletes files that are over, and forgets what is older than ${REMEMBERED} days`,
  cron: "30 3 * * *",
  prune: { history: REMEMBERED },
});
