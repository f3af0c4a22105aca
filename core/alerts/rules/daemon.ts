import { iso } from "../../instant.ts";
import { stalledLine } from "../../daemon/stalled.ts";
import type { AlertRule } from "../rule.ts";

/**
 * A daemon lives and does not answer, so that another leads in its place: over once it answers again or is no more. Or
 * nobody requested what was due, as a daemon was killed or hangs: over with the next sign of life.
 */
export function daemon(): AlertRule {
  return {
    name: "daemon",
    byFollowers: true,
    find({ missed, stalled }) {
      const messages = stalled.map(stalledLine);
      for (const { due, at } of missed.values()) {
        messages.push(`nobody asked for what was due at ${iso(due)}: last seen at ${iso(at)}`);
      }
      return messages.map((message) => ({ subject: "daemon", severity: "error", message }));
    },
  };
}
