import type { AlertRule } from "../rule.ts";

/**
 * A source is down: a question failed for good, none was answered since, and it answers no other. It is over with the first
 * answer; as it takes a minute of tries to fail for good, one that comes and goes does not flap.
 */
export function source(): AlertRule {
  return {
    name: "source",
    sees: ({ sources }, subject) => sources.some(({ name }) => name === subject),
    find: ({ sources }) =>
      sources.flatMap(({ name, trouble }) =>
        trouble?.isDown ? [{ subject: name, severity: "error" as const, message: trouble.message }] : []
      ),
  };
}
