import { daily } from "../../core/partition/time_set.ts";

/** The mart's zones. */
export type MartZone = "aq_dev" | "aq_prod";

/** UTC days; today's is built from its hours so far. */
export const days = daily({ start: "2016-01-01", timeZone: "UTC", open: true });

export function martFolder(zone: MartZone): string {
  return `${zone}/marts/vietnam`;
}

/** The one file of a day, by its key. */
export function dayPath(zone: MartZone, day: string): string {
  return `${martFolder(zone)}/measurement_date=${day}/country=Vietnam/part-00000.snappy.parquet`;
}
