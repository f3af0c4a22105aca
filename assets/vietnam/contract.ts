import { daily } from "../../core/mod.ts";
import type { Table } from "../table/table.ts";
import { type Contract, optional, required } from "../table/contract.ts";
import { POLLUTANTS } from "./pollutants.ts";

/** Who answers for Vietnam's assets. */
export const OWNERS = ["air-quality team"];

/** The mart: one row for each location and time; pollutants in µg/m³, `datetime` the start of the averaging period, UTC. */
export const MART: Contract = {
  columns: [
    required("location_id", "int32"),
    optional("location_name", "utf8", { nulls: 0 }),
    optional("city", "utf8", { nulls: 0.5 }),
    optional("latitude", "float64", { nulls: 0 }),
    optional("longitude", "float64", { nulls: 0 }),
    required("datetime", "timestamp"),
    pollutant("pm25", { nulls: 0.5 }),
    pollutant("pm10"),
    pollutant("no2"),
    pollutant("so2"),
    pollutant("o3"),
    pollutant("co"),
  ],
  partitionColumns: [
    required("measurement_date", "date32", { of: "datetime::DATE" }),
    required("country", "utf8"),
  ],
  key: ["location_id", "datetime"],
  sort: ["location_id", "datetime"],
  watch: { column: "pm25", above: 50, by: "city" },
};

/** The stations' fields that marts use: a JSON array of objects. */
export const STATIONS: Contract = {
  columns: [
    required("id", "int32"),
    optional("name", "utf8"),
    optional("city", "utf8"),
    required("country", "utf8"),
    optional("latitude", "float64"),
    optional("longitude", "float64"),
  ],
  partitionColumns: [],
};

/** OpenAQ's locations as they were answered last: a JSON array of objects; what is nested is JSON text. */
export const LOCATIONS: Contract = {
  columns: [
    required("id", "int32"),
    optional("name", "utf8"),
    optional("locality", "utf8"),
    optional("country", "utf8"),
    optional("coordinates", "utf8"),
    optional("datetimeFirst", "utf8"),
    optional("datetimeLast", "utf8"),
    optional("sensors", "utf8"),
  ],
  partitionColumns: [],
};

/** A raw record: one measurement. The five fields of the location are null until the mart. */
export const RAW: Contract = {
  columns: [
    required("location_id", "int32"),
    required("sensor_id", "int64"),
    required("parameter", "utf8"),
    optional("value", "float64"),
    required("unit", "utf8"),
    required("datetime", "timestamp"),
    optional("location_name", "utf8"),
    optional("city", "utf8"),
    optional("country", "utf8"),
    optional("latitude", "float64"),
    optional("longitude", "float64"),
    required("has_flags", "bool"),
    required("extracted_at", "timestamp"),
  ],
  partitionColumns: [
    required("year", "utf8"),
    required("month", "utf8"),
    required("day", "utf8"),
    required("hour", "utf8"),
  ],
};

function pollutant(name: keyof typeof POLLUTANTS, rules: { readonly nulls?: number } = {}) {
  return optional(name, "float64", { unit: "µg/m³", limits: [0, POLLUTANTS[name]], ...rules });
}

/** The mart's zones. */
export type MartZone = "aq_dev" | "aq_prod";

/** UTC days; today's is built from its hours so far. */
export const days = daily({ start: "2016-01-01", timeZone: "UTC", open: true });

/** The mart of a zone. */
export function martTable(zone: MartZone): Table {
  return {
    contract: MART,
    folder: `${zone}/marts/vietnam`,
    path: (day) => ({ measurement_date: day!, country: "Vietnam" }),
  };
}
