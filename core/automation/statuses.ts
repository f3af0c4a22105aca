import type { Instant } from "../instant.ts";
import type { Cron } from "../ports/cron.ts";
import type { KeptTick, State } from "../ports/state.ts";
import { AUTOMATION, requireDistinct } from "./names.ts";
import { pauseOf } from "./pauses.ts";
import type { Schedule } from "./schedule.ts";
import { nextOf } from "./schedule_ticker.ts";
import type { Sensor } from "./sensor.ts";
import { callableAt, progressKey, type SensorProgress } from "./sensor_ticker.ts";

/** The status of a schedule, of a sensor, or of all assets' conditions together (`automation`). */
export interface AutomationStatus {
  readonly name: string;
  readonly kind: "automation" | "schedule" | "sensor";
  readonly description: string;
  readonly paused: boolean;
  /** When it may request runs next; null where it is paused, or looks whenever anything changes. */
  readonly next: Instant | null;
  readonly last: KeptTick | null;
}

/** The declared schedules and sensors of a graph. */
export interface Automations {
  readonly schedules: readonly Schedule[];
  readonly sensors: readonly Sensor[];
}

/**
 * The status of automation, of every schedule and of every sensor.
 *
 * @throws {DeclarationError} If two have one name, or a cron expression cannot be read.
 */
export async function automationStatuses(
  { schedules, sensors }: Automations,
  { state, cron, now }: { readonly state: State; readonly cron: Cron; readonly now: Instant },
): Promise<AutomationStatus[]> {
  requireDistinct([...schedules, ...sensors].map(({ name }) => name));
  const last = await state.lastTicks();
  const statusOf = async (
    { name, kind, description }: Pick<AutomationStatus, "name" | "kind" | "description">,
    next: () => Instant | null | Promise<Instant | null>,
  ): Promise<AutomationStatus> => {
    const paused = (await pauseOf(state.keyValue, name))?.paused ?? false;
    const at = paused ? null : await next();
    return {
      name,
      kind,
      description,
      paused,
      next: at === Infinity ? null : at,
      last: last.get(name) ?? null,
    };
  };
  const all: AutomationStatus[] = [
    await statusOf(
      { name: AUTOMATION, kind: "automation", description: "the conditions of assets" },
      () => null,
    ),
  ];
  for (const schedule of schedules) {
    all.push(await statusOf({ ...schedule, kind: "schedule" }, () => nextOf(schedule, cron)(now)));
  }
  for (const sensor of sensors) {
    all.push(
      await statusOf({ ...sensor, kind: "sensor" }, async () => {
        const kept = (await state.keyValue.get(progressKey(sensor.name)))?.value;
        return kept === undefined
          ? now
          : Math.max(now, callableAt(sensor, kept as unknown as SensorProgress));
      }),
    );
  }
  return all;
}
