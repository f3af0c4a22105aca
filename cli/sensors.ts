import type { Command } from "./context.ts";
import { tellStatuses } from "./statuses.ts";

export const sensors: Command = {
  summary: "the sensors: when each looks next whether a run is wanted, and how it went last",
  help: `
Usage: sensors [--json]

\`automation\` stands for the conditions of all assets, which are evaluated whenever anything changes.

Example:
  deno task sensors`,
  flags: {},
  words: 0,
  run: (invocation, context) => tellStatuses(invocation, context, ["automation", "sensor"]),
};
