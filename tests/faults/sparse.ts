import { HOUR, type Instant } from "../../core/mod.ts";
import type { Dataset } from "../../sources/openaq/simulator/dataset.ts";

/** The dataset without the rows that begin in the hours left out: nobody measured anything then. */
export function sparse(dataset: Dataset, leftOut: (hour: Instant) => boolean): Dataset {
  return {
    ...dataset,
    async rows({ skip, limit, ...question }) {
      const rows = await dataset.rows({ ...question, skip: 0, limit: Infinity });
      return rows.filter((row) => !leftOut(Math.floor(startOf(row) / HOUR))).slice(skip, skip + limit);
    },
  };
}

function startOf(row: string): Instant {
  return Date.parse(JSON.parse(row).period.datetimeFrom.utc);
}
