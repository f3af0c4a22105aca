import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import type { Milliseconds } from "../../../core/instant.ts";
import type { Cron } from "../../../core/ports/cron.ts";
import { BEGIN } from "../sketch.ts";

/** Zones whose clocks are set forward, or back, within a simulated day: real ones of another time of the year. */
const ZONES: Readonly<Record<string, { readonly zone: string; readonly later: Milliseconds }>> = {
  UTC: { zone: "UTC", later: 0 },
  spring: { zone: "America/New_York", later: Date.UTC(2024, 2, 9, 12) - BEGIN },
  autumn: { zone: "Europe/Berlin", later: Date.UTC(2024, 9, 26, 12) - BEGIN },
};

const croner = new CronerCron();

/** Reads expressions by the clocks of those zones. */
export const cron: Cron = {
  next(pattern, timeZone, after) {
    const { zone, later } = ZONES[timeZone]!;
    return croner.next(pattern, zone, after + later) - later;
  },
};
