import { type Asset, from, type Partitions, sourceFile } from "../../core/asset.ts";
import { hoursOfDay, identity, latest } from "../../core/mapping.ts";
import { iso } from "../../core/instant.ts";
import type { FailedOutput, Metadata, Output, Standing } from "../../core/output.ts";
import type { DailySet, HourlySet } from "../../core/partition/time_set.ts";
import type { InputFile, Transform, Transformed } from "../../core/ports/engine.ts";
import type { FileRef } from "../../core/ports/publisher.ts";
import { define, type Resources } from "../resources.ts";
import { MART, RAW } from "./contract.ts";
import { type DayExaminer, EMPTY_DAY } from "./day_facts.ts";
import { dayPath, days, type MartZone } from "./days.ts";
import { equalsDev } from "./equals_dev.ts";
import { martChecks } from "./mart_checks.ts";
import { UNITS } from "./pollutants.ts";
import { STATION_COLUMNS } from "./stations.ts";

/** Why records do not count, and how many rows were left without a value: integers of each day's metadata. */
const COUNTS = [
  "records",
  "flagged",
  "null_values",
  "negative",
  "above_limit",
  "unknown_unit",
  "other_parameter",
  "dropped",
];

export interface MartOptions {
  readonly raw: Asset<Resources, HourlySet>;
  readonly stations: Asset<Resources>;
  readonly examiner: DayExaminer;
  /** For production: the development mart that each of its days must equal. */
  readonly dev?: Asset<Resources, DailySet>;
}

/** Vietnam's mart: the development one, or, behind it as a gate, the production one of the same code. */
export function mart({ raw, stations, examiner, dev }: MartOptions): Asset<Resources, DailySet> {
  const zone: MartZone = dev === undefined ? "aq_dev" : "aq_prod";
  return define.asset({
    key: dev === undefined ? "vietnam/dev_mart" : "vietnam/prod_mart",
    description: dev === undefined
      ? "Hourly air quality by location, for trying out"
      : "Hourly air quality by location, for dashboards",
    kind: "mart",
    partitions: days,
    deps: {
      hours: from(raw, hoursOfDay),
      stations: from(stations, latest),
      ...(dev && { dev: from(dev, identity, { mode: "order" }) }),
    },
    sources: [sourceFile("sql/marts/vietnam.sql")],
    batch: { most: 62, scattered: true },
    pool: "duckdb",
    retry: { most: 2 },
    timeout: { minutes: 60 },
    freshness: { within: { hours: 3 }, after: "partition-end" },
    checks: [martChecks(zone, examiner), ...(dev === undefined ? [] : [equalsDev])],
    async *materialize({ partitions, inputs, resources: { engine }, staging, now, signal }) {
      const hours = await inputs.hours!.standing();
      const transform = dayTransform(partitions, hours, await inputs.stations!.standing(), staging);
      const done = await engine.transform(transform, signal);
      const staged = done.map((each, i) => stagedFile(each, transform.outputs[i]!.temporary));
      const examined = await examiner.examine(engine, staged.filter((file) => file !== undefined), signal);
      const remaining = examined.values();
      const rawRecords = recordsByDay(hours);
      yield [...partitions].map(({ ordinal, key }, i): Output | FailedOutput => {
        const each = done[i]!;
        if (each.status === "failed") return { partition: ordinal, error: each.reason };
        const metadata = dayMetadata(each.counts, rawRecords.get(key!) ?? 0, iso(now));
        const final = dayPath(zone, key!);
        const file = staged[i];
        if (file === undefined) {
          return {
            partition: ordinal,
            dataVersion: EMPTY_DAY,
            rows: 0,
            metadata,
            staged: [{ final, absent: true }],
          };
        }
        const found = remaining.next().value!;
        if ("reason" in found) return { partition: ordinal, error: found.reason };
        const written = { size: file.size, hash: file.hash };
        return {
          partition: ordinal,
          dataVersion: found.facts.dataVersion,
          rows: each.rows,
          metadata,
          staged: [{ final, temporary: file.path, written }],
        };
      });
    },
  });
}

function dayTransform(
  partitions: Partitions,
  hours: readonly Standing[],
  stations: readonly Standing[],
  staging: string,
): Transform {
  const records = RAW.columns.filter(({ name }) =>
    ["location_id", "sensor_id", "parameter", "value", "unit", "datetime", "has_flags", "extracted_at"]
      .includes(name)
  );
  const files = (hours: readonly Standing[]) =>
    hours.flatMap(({ key, files }) => files.map((ref): InputFile => ({ ref, partition: dayOf(key!) })));
  return {
    name: "marts/vietnam",
    inputs: {
      hours: {
        columns: records,
        format: "ndjson",
        files: files(hours.filter(({ files }) => files.length === 1)),
      },
      reasked: {
        columns: records,
        format: "ndjson",
        files: files(hours.filter(({ files }) => files.length > 1)),
      },
      stations: {
        columns: STATION_COLUMNS,
        format: "json",
        files: stations.flatMap(({ files }) => files).map((ref) => ({ ref, partition: null })),
      },
      units: {
        columns: [
          { name: "parameter", type: "utf8", nullable: false },
          { name: "unit", type: "utf8", nullable: false },
          ...["scale", "factor", "most"].map((name) => ({ name, type: "float64" as const, nullable: false })),
        ],
        rows: UNITS.map((unit) => ({ ...unit })),
      },
    },
    columns: MART.columns,
    sort: ["location_id", "datetime"],
    partition: "measurement_date",
    counts: COUNTS,
    written: "written",
    outputs: Array.from(partitions, ({ key }) => ({
      partition: key!,
      temporary: `${staging}/${key}.snappy.parquet`,
    })),
  };
}

/** The day of an hour's key. */
function dayOf(hour: string): string {
  return hour.slice(0, 10);
}

/** How many records raw says that each day's hours hold. */
function recordsByDay(hours: readonly Standing[]): Map<string, number> {
  const records = new Map<string, number>();
  for (const { key, rows } of hours) records.set(dayOf(key!), (records.get(dayOf(key!)) ?? 0) + (rows ?? 0));
  return records;
}

function stagedFile(each: Transformed, path: string): (FileRef & { readonly staged: true }) | undefined {
  if (each.status === "failed" || each.written === undefined) return undefined;
  return { path, ...each.written, staged: true };
}

function dayMetadata(counts: Readonly<Record<string, number>>, rawRecords: number, built: string): Metadata {
  return {
    ...Object.fromEntries(COUNTS.map((name) => [name, { type: "number", value: counts[name]! }])),
    raw_records: { type: "number", value: rawRecords },
    built: { type: "text", value: built },
  };
}
