import type { AlertRule } from "../rule.ts";

/** A sensor is set aside, as it goes on failing while others answer; it is asked again once a day. */
export function sensor(): AlertRule {
  return {
    name: "sensor",
    sees: ({ sources }) => sources.length > 0,
    find: ({ sensors }) => sensors.map((each) => ({ ...each, severity: "warning" as const })),
  };
}
