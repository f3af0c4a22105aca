import { iso } from "../../instant.ts";
import type { AlertRule } from "../rule.ts";

/** Nobody asked for what was due: a daemon was killed or hangs. It is over with the next sign of life. */
export function daemon(): AlertRule {
  return {
    name: "daemon",
    find({ missed }) {
      if (missed === undefined) return [];
      const message = `nobody asked for what was due at ${iso(missed.due)}: last seen at ${iso(missed.at)}`;
      return [{ subject: "daemon", severity: "error", message }];
    },
  };
}
