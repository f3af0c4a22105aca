import { DAY, HOUR, type Instant } from "../../core/mod.ts";
import { seeded } from "./random.ts";

/** The window that every life asks for: three days. */
export const FROM = Date.UTC(2024, 2, 1);
export const TO = FROM + 3 * DAY;
/** The requests of the first phase. */
export const FIRST_TO = FROM + 2 * DAY;

/** A life goes from what is listed first, over a second list, to the true one, and ends with what came late. */
const PHASES = [1, 2, 3, 4] as const;
export type Phase = typeof PHASES[number];

export interface Row {
  readonly start: Instant;
  /** As it is written in JSON. */
  readonly value: string;
  readonly unit: string;
  readonly flagged: boolean;
  /** The row's averaging period. */
  readonly period: "whole" | "from" | "to" | "none";
  /** Answered from then on. */
  readonly since: Phase;
  /** Answered until then: what stands in its place is another row. */
  readonly until: Phase;
}

export interface Sensor {
  readonly id: number;
  readonly location: number;
  readonly parameter: string;
  readonly rows: readonly Row[];
  /** Answers always contradict themselves. */
  readonly lying: boolean;
  /** The phases in whose lists it is lacking. */
  readonly unlisted: readonly Phase[];
}

/** When a location reports, as the lists of the phases say. */
export interface Place {
  readonly id: number;
  /** Later than is true, in the first two lists. */
  readonly late: boolean;
  /** Silent from before the window on, in the first two lists. */
  readonly silent: boolean;
}

export interface World {
  readonly seed: number;
  readonly sensors: readonly Sensor[];
  readonly places: readonly Place[];
}

const UNITS: Readonly<Record<string, readonly string[]>> = {
  pm25: ["µg/m³", "μg/m³"],
  pm10: ["µg/m³", "μg/m³", "mg/m³"],
  no2: ["ppb", "ppm", "µg/m³"],
  so2: ["ppb", "µg/m³", "μg/m³"],
  o3: ["ppm", "ppb"],
  co: ["ppm", "ppb", "furlong"],
  temperature: ["c"],
};
/** Values that instruments never report. */
const ODD = ["null", "-999", "-0.5", "1.8e302", "-1e300", "1e999", "NaN", "0", "100000.5", "1e14"];

/** Stations by the seed, with all that they ever measured. */
export function fuzzedWorld(seed: number): World {
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const one = <T>(all: readonly T[]): T => all[below(all.length)]!;
  const chance = (p: number) => random() < p;
  const plain = () => String(Math.round(random() * 4_000) / 100);
  const value = () => chance(0.05) ? one(ODD) : plain();
  const [sensors, places]: [Sensor[], Place[]] = [[], []];
  for (let location = 1; location <= 1 + below(3); location++) {
    const [late, silent] = [chance(0.15), chance(0.15)];
    places.push({ id: location, late, silent });
    const missing = chance(0.3) ? [one(PHASES.slice(0, 2))] : [];
    for (let i = 0; i <= below(4); i++) {
      const parameter = one(Object.keys(UNITS));
      const own = UNITS[parameter]!;
      const unit = one(own);
      const [changing, vague] = [chance(0.2), chance(0.3)];
      const unlisted = chance(0.2) ? [one(PHASES.slice(0, 2))] : missing;
      const rows: Row[] = [];
      for (let start = FROM - 3 * HOUR; start < TO + 3 * HOUR; start += HOUR) {
        if (chance(0.1)) continue;
        for (let copy = 0; copy <= (chance(0.05) ? 1 : 0); copy++) {
          const period: Row["period"] = vague && chance(0.2) ? one(["from", "to", "none"] as const) : "whole";
          const unitNow = changing ? one(own) : unit;
          const row = { start, value: value(), unit: unitNow, flagged: chance(0.03), period };
          const [came, corrected] = [chance(0.03), chance(0.03)];
          rows.push({ ...row, since: came ? 4 : 1, until: corrected && !came ? 3 : 4 });
          if (corrected && !came) rows.push({ ...row, value: plain(), since: 4, until: 4 });
        }
      }
      sensors.push({ id: 10 * location + i, location, parameter, rows, lying: chance(0.04), unlisted });
    }
  }
  return { seed, sensors, places };
}

/** When a place reports, by the list of a phase. */
export function boundsOf({ late, silent }: Place, phase: Phase): { first: Instant; last: Instant } {
  const untrue = phase < 3;
  return {
    first: late && untrue ? FIRST_TO + 2 * HOUR : FROM - 30 * DAY,
    last: silent && untrue && !late ? FROM - DAY : TO + 30 * DAY,
  };
}

/** The sensors that a run of the phase can know of, for the hours before `to`. */
export function listed({ sensors, places }: World, phase: Phase, to: Instant): Sensor[] {
  return sensors.filter(({ location, unlisted }) => {
    const { first, last } = boundsOf(places.find(({ id }) => id === location)!, phase);
    return !unlisted.includes(phase) && first < to && last > FROM;
  });
}
