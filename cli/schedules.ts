import type { Command } from "./context.ts";
import { tellStatuses } from "./statuses.ts";

export const schedules: Command = {
  summary: "what is asked for at times: when next, and how it went last",
  help: `
Usage: schedules [--json]

\`daemon\` asks for what is due; what was due while none ran is caught up as each schedule says: the last time (as
usual), all of them, or none. While the last run of a schedule has not ended, it asks for no other.

Example:
  deno task schedules`,
  flags: {},
  words: 0,
  run: (invocation, context) => tellStatuses(invocation, context, ["schedule"]),
};
