import { alert, type AlertRule, type AlertScope, type AssetKey } from "../core/mod.ts";

/** The rules of a pipeline's own, or of a module's, and the assets that it declares. */
export interface OwnRules {
  readonly rules: readonly AlertRule[];
  readonly assets: readonly AssetKey[];
}

export interface AlertsOptions {
  readonly lookbackDays: number;
  /** Rules beside those in the box; those of a name that the box has take its place, for the assets beside them. */
  readonly own: readonly OwnRules[];
  /** All assets. */
  readonly assets: readonly AssetKey[];
}

/** Whoever watches over the lake is told of these: one episode for each rule and subject, however many partitions it is of. */
export function alerts({ lookbackDays, own, assets }: AlertsOptions): readonly AlertRule[] {
  /** Of the box's rules of a name: the assets without one of their own. */
  const on = (name: string): AlertScope => {
    const others = own.filter(({ rules }) => rules.some((rule) => rule.name === name));
    const theirs = new Set(others.flatMap(({ assets }) => assets));
    return theirs.size === 0 ? {} : { assets: assets.filter((key) => !theirs.has(key)) };
  };
  const box = [
    alert.failure(on("failure")),
    alert.ticks(),
    alert.promotion(on("promotion")),
    // Days that were never requested, and are older than what is requested by itself, are nobody's; those that stood once
    // are late at any age.
    alert.late({ ...on("late"), latest: lookbackDays + 1 }),
    alert.check({ ...on("check"), severity: "blocking" }),
    // What is worth a look is so of the latest week; older days are in `status`. A day that has just begun has no rows yet.
    alert.check({ ...on("check"), severity: "warning", except: ["newest", "pm25"], latest: 7 }),
    // The air of today and yesterday: a city whose values come and go over the day is one episode.
    alert.check({ ...on("pm25"), rule: "pm25", checks: ["pm25"], by: "subjects", latest: 2 }),
  ];
  const rules = own.flatMap(({ rules }) => rules);
  const names = new Set(rules.map(({ name }) => name));
  // These are of no asset.
  const general = [alert.source(), alert.sensor(), alert.daemon()].filter(({ name }) => !names.has(name));
  return [...general, ...box, ...rules];
}
