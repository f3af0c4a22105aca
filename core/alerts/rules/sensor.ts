import type { AlertRule } from "../rule.ts";

/**
 * A station's sensor is set aside, as it goes on failing while others answer; it is asked again once a day. Or what looks by
 * itself whether there is something to request goes on failing: over with the next tick that does not.
 */
export function sensor(): AlertRule {
  return {
    name: "sensor",
    sees: ({ sources, automations }, subject) => sources.length > 0 || automations.has(subject),
    find: ({ sensors, failing }) => [
      ...sensors.map((each) => ({ ...each, severity: "warning" as const })),
      ...failing.filter(({ by }) => by === "sensor").map(({ name, message }) => ({
        subject: name,
        severity: "error" as const,
        message,
      })),
    ],
  };
}
