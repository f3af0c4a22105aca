import type { Command } from "./context.ts";
import { tellStatuses } from "./statuses.ts";

export const schedules: Command = {
  summary: "the schedules: when each is due next, and how it went last",
  help: `
Usage: schedules [--json]

\`daemon\` queues the run of each due time. Due times that passed while no daemon was at work are caught up as each
schedule says: the last one (the default), all, or none. While its last run has not ended, a schedule queues no other.

Example:
  deno task schedules`,
  flags: {},
  words: 0,
  run: (invocation, context) => tellStatuses(invocation, context, ["schedule"]),
};
