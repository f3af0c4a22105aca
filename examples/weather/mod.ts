import { daily, daysOfMonth, definer, from, identity, latest, monthly, sourceFile } from "airgraph";
import * as lake from "airgraph/assets";

const { optional, required } = lake;
const start = "2026-10-30";
const days = daily({ start });
const sources = [sourceFile(import.meta.url)];

/** An hour at a station; its day is that of the file. */
const HOURS: lake.Contract = {
  columns: [
    required("station", "utf8"),
    required("datetime", "timestamp"),
    required("temperature", "float64", { unit: "°C", limits: [-60, 60] }),
    optional("wind", "float64", { unit: "m/s", limits: [0, 60], nulls: 0.1 }),
    optional("height", "int32", { unit: "m" }),
  ],
  partitionColumns: [required("day", "utf8")],
  key: ["station", "datetime"],
  sort: ["station", "datetime"],
};

/** A station's extremes in a month. */
const MONTHS: lake.Contract = {
  columns: [
    required("station", "utf8"),
    required("coldest", "float64", { unit: "°C" }),
    required("warmest", "float64", { unit: "°C" }),
    required("hours", "int64"),
  ],
  partitionColumns: [required("month", "utf8")],
  key: ["station"],
};

/** A service that knows how high stations lie, in metres. */
class Heights {
  constructor(readonly url: string) {}

  async all(signal: AbortSignal): Promise<Record<string, number>> {
    const answer = await fetch(this.url, { signal });
    if (!answer.ok) throw new Error(`asking "${this.url}": found status ${answer.status}, wanted 200`);
    return await answer.json();
  }
}

const { asset } = definer<lake.Resources & { readonly heights: Heights }>();

const stations = asset({
  key: "weather/stations",
  sources,
  async *materialize({ resources: { heights, store }, staging, signal }) {
    const rows = Object.entries(await heights.all(signal)).map(([station, height]) => ({ station, height }));
    const temporary = `${staging}/stations.json`;
    const written = await store.write(temporary, new TextEncoder().encode(JSON.stringify(rows)));
    const staged = [{ final: "weather_db/stations.json", temporary, written }];
    yield [{ partition: 0, dataVersion: written.hash, rows: rows.length, staged }];
  },
});

/** Daily files of weather stations, refined into hours and months. */
export const group: lake.Group = {
  name: "weather",
  variables: ["WEATHER_URL", "WEATHER_HEIGHTS_URL"],
  declare({ variables, folder, views }) {
    const data = folder(variables.WEATHER_URL ?? `${import.meta.dirname}/data`);
    const heights = variables.WEATHER_HEIGHTS_URL ?? new URL("heights.json", import.meta.url).href;

    const files = lake.filesAsset({
      key: "weather/files",
      folder: data,
      partitions: days,
      partitionOf: (name) => /^(.+)\.csv$/.exec(name)?.[1],
    });

    const hours = lake.tableAsset({
      key: "weather/hours",
      sources,
      partitions: days,
      deps: { files: from(files, identity), stations: from(stations, latest) },
      batch: { most: 31, scattered: true },
      table: { contract: HOURS, folder: "weather_db/hours" },
      program: "marts/hours",
      inputs: ({ files, stations }) => ({
        lines: lake.filesInput(
          ["station", "datetime", "temperature", "wind"].map((name) => optional(name, "utf8")),
          data,
          files,
        ),
        stations: {
          columns: [required("station", "utf8"), required("height", "int32")],
          format: "json",
          files: stations.flatMap(({ files }) => files).map((ref) => ({ ref, partition: null })),
        },
      }),
      partition: "day",
      written: "usable",
      counts: ["refused"],
      checks: {
        complete: {
          severity: "warning",
          judge: ({ rows }) => rows === 24 ? undefined : `it has ${rows} rows`,
        },
      },
    });

    const months = lake.tableAsset({
      key: "weather/months",
      sources,
      partitions: monthly({ start }),
      deps: { hours: from(hours, daysOfMonth) },
      table: { contract: MONTHS, folder: "weather_db/months" },
      program: "marts/months",
      inputs: ({ hours }) => ({ hours: lake.tableInput(HOURS, hours) }),
      partition: "month",
    });

    const catalog = lake.catalogAsset({
      key: "weather/catalog",
      shows: [hours, months],
      tables: [
        lake.tableDefinition(HOURS, { database: "weather_db", name: "hours" }),
        lake.tableDefinition(MONTHS, { database: "weather_db", name: "months" }),
      ],
    });

    return {
      assets: [files, stations, hours, months, catalog, ...lake.views(views, { name: "weather_db" })],
      databases: ["weather_db"],
      resources: { heights: () => new Heights(heights) },
    };
  },
};
