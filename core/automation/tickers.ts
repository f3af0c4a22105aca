import { type LeftToOthers, NOTHING_LEFT } from "../daemon/others.ts";
import { cronOf, type Session } from "../run/session.ts";
import { requireDistinct } from "./names.ts";
import { ScheduleTicker } from "./schedule_ticker.ts";
import type { LakeFiles } from "./sensor.ts";
import { SensorTicker } from "./sensor_ticker.ts";
import type { Automations } from "./statuses.ts";
import { Ticker, type Ticking } from "./ticker.ts";

/** The schedules and sensors of a graph, and the parts that they are given. */
export interface TickersOptions extends Automations {
  readonly files: LakeFiles;
  /** How many days a selection without bounds covers. */
  readonly lookbackDays: number;
  /** Assets, schedules and sensors that others request. @default none */
  readonly left?: LeftToOthers;
}

/** The sensors, the schedules and the assets' conditions, in the order in which they are ticked. */
export async function tickersOf(
  session: Session,
  { schedules, sensors, files, lookbackDays, left = NOTHING_LEFT }: TickersOptions,
): Promise<readonly Ticking[]> {
  requireDistinct([...schedules, ...sensors].map(({ name }) => name));
  const cron = await cronOf(session);
  const isOwn = ({ name }: { readonly name: string }) => !left.names.has(name);
  return [
    ...sensors.filter(isOwn).map((sensor) => new SensorTicker(sensor, { session, files, lookbackDays })),
    ...schedules.filter((each) => each.perLead || isOwn(each)).map((schedule) =>
      new ScheduleTicker(schedule, { session, cron, lookbackDays, left: left.assets })
    ),
    await Ticker.open(session, cron, { lookbackDays, left: left.assets }),
  ];
}
