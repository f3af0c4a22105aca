import type { AlertRule } from "../rule.ts";

/** A schedule's last tick failed, or automation goes on failing: over with the next that does not. */
export function ticks(): AlertRule {
  return {
    name: "failure",
    sees: ({ automations }, subject) => automations.has(subject),
    find: ({ failing }) =>
      failing.filter(({ by }) => by !== "sensor").map(({ name, message }) => ({
        subject: name,
        severity: "error" as const,
        message,
      })),
  };
}
