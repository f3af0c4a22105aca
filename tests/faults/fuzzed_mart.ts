import { type Instant, iso } from "../../core/mod.ts";
import { FROM, type Phase, type Sensor } from "./fuzzed_world.ts";

const LIMITS: Readonly<Record<string, number>> = {
  pm25: 1000,
  pm10: 1500,
  no2: 500,
  so2: 2000,
  o3: 500,
  co: 100_000,
};
const PER_PPB: Readonly<Record<string, number>> = { no2: 1.882, so2: 2.62, o3: 1.963, co: 1.146 };

/** The mart of the hours before `to` that honest answers make, by location, time and pollutant; the lines are sorted. */
export function martOf(sensors: readonly Sensor[], phase: Phase, to: Instant): string[] {
  const cells = new Map<string, { sensor: number; value: number }>();
  for (const { id, location, parameter, rows } of sensors) {
    for (const { start, value: text, unit, flagged, period, since, until } of rows) {
      if (start < FROM || start >= to || !(parameter in LIMITS)) continue;
      if (period === "none" || phase < since || phase > until) continue;
      const plain = unit.replace("\u03bc", "\u00b5");
      const factor = PER_PPB[parameter];
      const known = plain === "µg/m³" || factor !== undefined && (plain === "ppb" || plain === "ppm");
      const measured = text === "null" ? NaN : Number(text);
      const value = plain === "µg/m³" ? measured : measured * (plain === "ppm" ? 1_000 : 1) * (factor ?? NaN);
      if (!known || flagged || !(measured >= 0) || !(value <= LIMITS[parameter]!)) continue;
      const key = `${location} ${iso(start)} ${parameter}`;
      const best = cells.get(key);
      const better = best === undefined || id < best.sensor || id === best.sensor && value < best.value;
      if (better) cells.set(key, { sensor: id, value });
    }
  }
  return [...cells].map(([key, { value }]) => `${key} ${value}`).sort();
}
