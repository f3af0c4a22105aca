import { StateError } from "../ports/state.ts";
import { messageOf, type Session } from "../run/session.ts";
import type { Found } from "./compare.ts";
import type { AlertRule } from "./rule.ts";
import type { AlertView } from "./view.ts";

/** What rules find wrong now, and the names of those that failed to look. */
export interface Findings {
  readonly found: readonly Found[];
  readonly failed: ReadonlySet<string>;
}

/** Asks each rule. One that throws keeps no other from being asked: that it does is told, by its name for a subject. */
export async function findings(
  rules: readonly AlertRule[],
  view: AlertView,
  session: Pick<Session, "mask">,
): Promise<Findings> {
  const found: Found[] = [];
  const failed = new Set<string>();
  for (const rule of rules) {
    const { name } = rule;
    try {
      for (const symptom of await rule.find(view)) {
        found.push({ ...symptom, rule: name, message: session.mask(symptom.message) });
      }
    } catch (cause) {
      if (cause instanceof StateError) throw cause;
      failed.add(name);
      const message = `the rule failed: ${messageOf(session, cause)}`;
      found.push({ rule: name, subject: name, severity: "error", message });
    }
  }
  return { found, failed };
}
