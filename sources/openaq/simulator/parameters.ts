import type { Parameter } from "../schema.ts";

/** How a quantity varies: `level` in µg/m³ (°C, %), over the day and the year, and by the weather. */
export interface Course {
  readonly level: number;
  /** Hour of its daily maximum, local time. */
  readonly peak: number;
  readonly daily: number;
  /** Above 0: highest in January. */
  readonly yearly: number;
  readonly weather: number;
}

export const COURSES: Readonly<Record<string, Course>> = {
  pm25: { level: 30, peak: 8, daily: 0.25, yearly: 0.45, weather: 0.5 },
  pm10: { level: 52, peak: 8, daily: 0.3, yearly: 0.4, weather: 0.5 },
  no2: { level: 26, peak: 19, daily: 0.4, yearly: 0.25, weather: 0.3 },
  o3: { level: 46, peak: 14, daily: 0.6, yearly: -0.2, weather: 0.3 },
  so2: { level: 11, peak: 10, daily: 0.2, yearly: 0.2, weather: 0.35 },
  co: { level: 640, peak: 19, daily: 0.35, yearly: 0.25, weather: 0.3 },
  temperature: { level: 25, peak: 14, daily: 0.12, yearly: -0.2, weather: 0.05 },
  relativehumidity: { level: 70, peak: 4, daily: 0.12, yearly: -0.05, weather: 0.05 },
};

/** µg/m³ per ppb. */
const PER_PPB: Readonly<Record<string, number>> = { o3: 1.963, no2: 1.882, so2: 2.62, co: 1.146 };

/** A parameter in one of its units: what a value of the course is multiplied by, and its decimals. */
export interface Measured {
  readonly parameter: Parameter;
  readonly scale: number;
  readonly decimals: number;
}

function measured(id: number, name: string, units: string, displayName: string): Measured {
  const perPpb = PER_PPB[name] ?? 1;
  const scale = units === "ppb" ? 1 / perPpb : units === "ppm" ? 1 / perPpb / 1_000 : 1;
  return {
    parameter: { id, name, units, displayName },
    scale,
    decimals: units === "ppm" ? 5 : units === "ppb" ? 2 : 1,
  };
}

/** The parameters that a station may measure, by name; each in the units that stations use. */
export const MEASURED: readonly (readonly [Measured, ...Measured[]])[] = [
  [measured(2, "pm25", "µg/m³", "PM2.5")],
  [measured(1, "pm10", "µg/m³", "PM10")],
  [
    measured(5, "no2", "µg/m³", "NO₂ mass"),
    measured(15, "no2", "ppb", "NO₂"),
    measured(7, "no2", "ppm", "NO₂"),
  ],
  [measured(3, "o3", "µg/m³", "O₃ mass"), measured(32, "o3", "ppb", "O₃"), measured(10, "o3", "ppm", "O₃")],
  [measured(4, "co", "µg/m³", "CO mass"), measured(102, "co", "ppb", "CO"), measured(8, "co", "ppm", "CO")],
  [
    measured(6, "so2", "µg/m³", "SO₂ mass"),
    measured(101, "so2", "ppb", "SO₂"),
    measured(9, "so2", "ppm", "SO₂"),
  ],
  [measured(98, "relativehumidity", "%", "RH")],
  [measured(100, "temperature", "c", "Temperature (C)")],
];
