/**
 * Limits of the air's pollutants, in µg/m³.
 *
 * Sources: WHO global air quality guidelines 2021, its short-term values; Vietnam's index VN_AQI (1459/QĐ-TCMT, 2019),
 * whose values at 50, 100, 150, 200 and 300 bound the classes: above 100 air is unhealthy to the sensitive.
 */
export interface Pollutant {
  readonly name: string;
  /** The upper bounds of all classes but the last. */
  readonly bounds: readonly [number, number, number, number, number];
  readonly who: Guideline;
  readonly vietnam: Guideline;
}

/** A value that a day is held against: of its mean, its greatest hour, or its greatest mean over eight hours. */
export interface Guideline {
  readonly over: "mean" | "most" | "most8";
  readonly value: number;
}

/** The pollutants by the columns that have them. */
export const POLLUTANTS = {
  pm25: {
    name: "PM2.5",
    bounds: [25, 50, 80, 150, 250],
    who: { over: "mean", value: 15 },
    vietnam: { over: "mean", value: 50 },
  },
  pm10: {
    name: "PM10",
    bounds: [50, 150, 250, 350, 420],
    who: { over: "mean", value: 45 },
    vietnam: { over: "mean", value: 150 },
  },
  no2: {
    name: "NO₂",
    bounds: [100, 200, 700, 1200, 2350],
    who: { over: "mean", value: 25 },
    vietnam: { over: "most", value: 200 },
  },
  so2: {
    name: "SO₂",
    bounds: [125, 350, 550, 800, 1600],
    who: { over: "mean", value: 40 },
    vietnam: { over: "most", value: 350 },
  },
  o3: {
    name: "O₃",
    bounds: [160, 200, 300, 400, 800],
    who: { over: "most8", value: 100 },
    vietnam: { over: "most", value: 200 },
  },
  co: {
    name: "CO",
    bounds: [10_000, 30_000, 45_000, 60_000, 90_000],
    who: { over: "mean", value: 4_000 },
    vietnam: { over: "most", value: 30_000 },
  },
} as const satisfies Readonly<Record<string, Pollutant>>;

export type PollutantName = keyof typeof POLLUTANTS;

/** The unit of them all. */
export const UNIT = "µg/m³";

/** A class of air, from 1, the best, to 6. */
export type AirClass = 1 | 2 | 3 | 4 | 5 | 6;

/** The class of a value. */
export function classOf(pollutant: PollutantName, value: number): AirClass {
  const { bounds } = POLLUTANTS[pollutant];
  const above = bounds.findIndex((bound) => value <= bound);
  return (above < 0 ? 6 : above + 1) as AirClass;
}
