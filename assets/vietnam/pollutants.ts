import type { Column } from "../../core/mod.ts";
import { required } from "../table/contract.ts";

/** The mart's pollutants, in the order of its columns, with their plausible limit in µg/m³, inclusive. */
export const POLLUTANTS = {
  pm25: 1000,
  pm10: 1500,
  no2: 500,
  so2: 2000,
  o3: 500,
  co: 100_000,
} as const;

export type Pollutant = keyof typeof POLLUTANTS;

/** µg/m³ of one ppb at 25 °C and 1 atm. */
export const PER_PPB: Readonly<Partial<Record<Pollutant, number>>> = {
  o3: 1.963,
  no2: 1.882,
  so2: 2.62,
  co: 1.146,
};

/** A unit in which a pollutant is understood: `(value * scale) * factor` is in µg/m³, in this order in every engine. */
export interface Unit {
  readonly parameter: Pollutant;
  readonly unit: string;
  readonly scale: number;
  readonly factor: number;
  readonly most: number;
}

export const UNITS: readonly Unit[] = Object.entries(POLLUTANTS).flatMap(([name, most]) => {
  const parameter = name as Pollutant;
  const factor = PER_PPB[parameter];
  const plain = { parameter, unit: "µg/m³", scale: 1, factor: 1, most };
  if (factor === undefined) return [plain];
  return [
    plain,
    { parameter, unit: "ppb", scale: 1, factor, most },
    { parameter, unit: "ppm", scale: 1000, factor, most },
  ];
});

export const UNIT_COLUMNS: readonly Column[] = [
  required("parameter", "utf8"),
  required("unit", "utf8"),
  required("scale", "float64"),
  required("factor", "float64"),
  required("most", "float64"),
];
