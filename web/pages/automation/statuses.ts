import type { Automations, AutomationStatus, OpenLake, Schedule, Sensor } from "../../../core/mod.ts";

/** The status of all that asks for runs by itself: conditions of assets, schedules, sensors. */
export async function statusesIn(lake: OpenLake): Promise<readonly AutomationStatus[]> {
  return await lake.orchestrator.automations(await declared(lake));
}

/** The schedule or the sensor of a name. */
export async function declaredIn(
  lake: OpenLake,
  name: string,
): Promise<{ readonly schedule?: Schedule; readonly sensor?: Sensor }> {
  const { schedules, sensors } = await declared(lake);
  const schedule = schedules.find((each) => each.name === name);
  const sensor = sensors.find((each) => each.name === name);
  return { ...(schedule && { schedule }), ...(sensor && { sensor }) };
}

async function declared(lake: OpenLake): Promise<Automations> {
  return await lake.declaredAutomations?.() ?? { schedules: [], sensors: [] };
}
