import { daily } from "../../core/mod.ts";
import type { Table } from "../table/table.ts";
import { MART } from "./contract.ts";

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
