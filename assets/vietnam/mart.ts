import type { OwnCheck } from "../table/checks.ts";
import {
  type Asset,
  type DailySet,
  eager,
  from,
  type HourlySet,
  hoursOfDay,
  identity,
  type InputTable,
  latest,
  type Materialization,
} from "../../core/mod.ts";
import type { Resources } from "../resources.ts";
import { tableAsset } from "../table/asset.ts";
import { plainColumns } from "../table/contract.ts";
import type { TableExaminer } from "../table/examiner.ts";
import { watchCheck } from "../table/watch.ts";
import { days, MART, martTable, OWNERS, RAW, STATIONS } from "./contract.ts";
import { UNIT_COLUMNS, UNITS } from "./pollutants.ts";

/** The mart's checks beside its contract's. */
export const martChecks: Readonly<Record<string, OwnCheck>> = {
  records: {
    severity: "blocking",
    judge: (_, { metadata: { records, raw_records } }) =>
      records?.value === raw_records?.value
        ? undefined
        : `it was made of ${records?.value} records, wanted the ${raw_records?.value} of its hours`,
  },
  newest: {
    severity: "warning",
    judge: ({ rows }, { key, metadata: { built } }) =>
      rows > 0 || !(typeof built?.value === "string" && built.value.startsWith(key!))
        ? undefined
        : "the newest day has no rows, wanted some",
  },
};

export interface MartOptions {
  readonly raw: Asset<Resources, HourlySet>;
  readonly stations: Asset<Resources>;
  readonly examiner: TableExaminer;
  /** For production: the development mart that each of its days must equal. */
  readonly dev?: Asset<Resources, DailySet>;
  /** Whether its checks warn of bad air: those of one mart of a lake do. @default false */
  readonly watched?: boolean;
}

/** Vietnam's mart: the development one, or, behind it as a gate, the production one of the same code. */
export function mart(
  { raw, stations, examiner, dev, watched = false }: MartOptions,
): Asset<Resources, DailySet> {
  return tableAsset({
    key: dev === undefined ? "vietnam/dev_mart" : "vietnam/prod_mart",
    description: `Hourly air quality by location, for ${dev === undefined ? "trying out" : "dashboards"}`,
    owners: OWNERS,
    kind: "mart",
    table: martTable(dev === undefined ? "aq_dev" : "aq_prod"),
    examiner,
    partitions: days,
    deps: {
      hours: from(raw, hoursOfDay),
      stations: from(stations, latest),
      ...(dev && { dev: from(dev, identity, { mode: "order" }) }),
    },
    ...(dev && { gate: { input: "dev", told: "development" } }),
    program: "marts/vietnam",
    inputs: ({ hours = [], stations = [] }) => ({
      hours: records(hours.filter(({ files }) => files.length === 1)),
      reasked: records(hours.filter(({ files }) => files.length > 1)),
      stations: {
        columns: STATIONS.columns,
        format: "json",
        files: stations.flatMap(({ files }) => files).map((ref) => ({ ref, partition: null })),
      },
      units: { columns: UNIT_COLUMNS, rows: UNITS.map((unit) => ({ ...unit })) },
    }),
    partition: "measurement_date",
    written: "written",
    // A record of another day than its hour's is found by the day: it counts the records of its hours.
    answersOthers: true,
    counts: [
      "records",
      "flagged",
      "null_values",
      "negative",
      "above_limit",
      "unknown_unit",
      "other_parameter",
      "dropped",
    ],
    facts({ hours = [] }) {
      const recorded = recordsByDay(hours);
      return (day) => ({ raw_records: { type: "number", value: recorded.get(day) ?? 0 } });
    },
    checks: { ...martChecks, ...(watched && { pm25: watchCheck(MART) }) },
    batch: { most: 62, scattered: true },
    retry: { most: 2 },
    timeout: { minutes: 60 },
    automation: eager(),
    freshness: { within: { hours: 3 }, after: "partition-end" },
  });
}

/** The fields of a raw record that the mart reads; the location's own fields come from the stations. */
const RECORD = plainColumns(RAW.columns).filter(({ name }) =>
  !["location_name", "city", "country", "latitude", "longitude"].includes(name)
);

function records(hours: readonly Materialization[]): InputTable {
  const files = hours.flatMap(({ key, files }) => files.map((ref) => ({ ref, partition: dayOf(key!) })));
  return { columns: RECORD, format: "ndjson", files };
}

/** The day of an hour's key. */
function dayOf(hour: string): string {
  return hour.slice(0, 10);
}

/** How many records raw says that each day's hours hold. */
function recordsByDay(hours: readonly Materialization[]): Map<string, number> {
  const records = new Map<string, number>();
  for (const { key, rows } of hours) records.set(dayOf(key!), (records.get(dayOf(key!)) ?? 0) + (rows ?? 0));
  return records;
}
