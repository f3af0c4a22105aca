import { AUTOMATION } from "../automation/names.ts";
import type { State } from "../ports/state.ts";

/** The names of automations, beside the conditions of assets. */
export interface AutomationNames {
  readonly schedules: readonly string[];
  readonly sensors: readonly string[];
}

/** A schedule, a sensor or automation of which ticks go on failing. */
export interface FailingTicks {
  readonly name: string;
  readonly by: "schedule" | "sensor" | "automation";
  /** Why, in a line, with how often. */
  readonly message: string;
}

/** So many failures in a row are told of; a schedule, which is not tried again before it is due next, needs one. */
const IN_A_ROW = 3;

/** The last ticks of each, where all of them failed. */
export async function failingTicks(
  state: Pick<State, "ticks">,
  { schedules, sensors }: AutomationNames,
): Promise<readonly FailingTicks[]> {
  const all = [
    { name: AUTOMATION, by: "automation" as const, limit: IN_A_ROW },
    ...sensors.map((name) => ({ name, by: "sensor" as const, limit: IN_A_ROW })),
    ...schedules.map((name) => ({ name, by: "schedule" as const, limit: 1 })),
  ];
  const found: FailingTicks[] = [];
  for (const { name, by, limit } of all) {
    const last = await state.ticks(name, { limit });
    if (last.length < limit || last.some(({ outcome }) => outcome !== "failed")) continue;
    const how = limit === 1 ? "its last tick failed" : `its last ${limit} ticks failed`;
    found.push({ name, by, message: `${how}: ${last[0]!.detail}` });
  }
  return found;
}
