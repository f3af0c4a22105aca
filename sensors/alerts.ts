import { alert, type AlertRule } from "../core/mod.ts";

/** Whoever watches over the lake is told of these: one episode for each rule and subject, however many partitions it is of. */
export const alerts = ({ lookbackDays }: { readonly lookbackDays: number }): readonly AlertRule[] => [
  alert.source(),
  alert.sensor(),
  alert.failure(),
  alert.ticks(),
  alert.promotion(),
  // Days that were never asked for, and are older than what is asked for by itself, are nobody's; those that stood once
  // are late at any age.
  alert.late({ latest: lookbackDays + 1 }),
  alert.daemon(),
  alert.check({ severity: "blocking" }),
  // What is worth a look is so of the latest week; older days are in `status`. A day that has just begun has no rows yet.
  alert.check({ severity: "warning", except: ["newest", "pm25"], latest: 7 }),
  // The air of today and yesterday: a city whose values come and go over the day is one episode.
  alert.check({ rule: "pm25", checks: ["pm25"], by: "subjects", latest: 2 }),
];
