import {
  type Asset,
  type DailySet,
  eager,
  type Folder,
  from,
  identity,
  latest,
  type Materialization,
} from "../../core/mod.ts";
import { filesInput } from "../files.ts";
import type { Resources } from "../resources.ts";
import { tableAsset } from "../table/asset.ts";
import type { OwnCheck } from "../table/checks.ts";
import type { Contract } from "../table/contract.ts";
import { type Table, tableInput } from "../table/table.ts";
import {
  COUNTRIES_FILE_COLUMNS,
  FILE_COLUMNS,
  ISO_COUNTRIES_DATA,
  OPENAQ_AND_ISO_COUNTRIES_DATA,
  OPENAQ_DATA,
  OPENAQ_INCOHERENT_DATA,
  OWNERS,
  refusedColumn,
} from "./contract.ts";
import { fileDays } from "./files.ts";

export const DATABASE = "openaq_db";

/** Why rows are refused, as the statement counts them. */
const REFUSED = ["refused_as_row", "refused_as_parameter", "refused_as_value"];

/** The order of both tables of the one statement: accepted rows by place and time, refused ones by their reason first. */
const ORDER = ["refused_reason", "alpha_2_code", "city", "location", "parameter", "utc", "file_row"];

const DAYS = {
  owners: OWNERS,
  partitions: fileDays,
  batch: { most: 8, scattered: true },
  timeout: { minutes: 30 },
  automation: eager(),
} as const;

/** The daily rows that count, and all others: one statement answers both. */
export function dailyTables(files: Asset<unknown, DailySet>, folder: Folder) {
  const common = {
    ...DAYS,
    deps: { files: from(files, identity) },
    program: "marts/dump",
    inputs: ({ files = [] }: { readonly files?: readonly Materialization[] }) => ({
      lines: filesInput(FILE_COLUMNS, folder, files),
    }),
    partition: "file_date",
    counts: ["records", "record_lines", ...REFUSED],
    sort: ORDER,
  };
  const data = tableAsset({
    ...common,
    ...named("openaq_data", OPENAQ_DATA),
    description: "Measurements of PM2.5, CO and SO2 above zero, by the day of their file",
    written: "accepted",
    checks: { complete: every(({ records, refused }) => records - refused) },
  });
  const incoherent = tableAsset({
    ...common,
    ...named("openaq_incoherent_data", OPENAQ_INCOHERENT_DATA),
    description: "All other rows of the daily files, each with the reason",
    answered: Object.fromEntries(
      OPENAQ_INCOHERENT_DATA.columns.map(({ name }) => [name, refusedColumn(name)]),
    ),
    written: "refused",
    checks: { complete: every(({ refused }) => refused) },
  });
  return { data, incoherent };
}

/** Countries by their codes. */
export function countriesTable(file: Asset<unknown>, folder: Folder): Asset<Resources> {
  return tableAsset({
    ...named("iso_countries_data", ISO_COUNTRIES_DATA),
    description: "Countries of ISO 3166-1",
    owners: OWNERS,
    automation: eager(),
    deps: { file: from(file, identity) },
    program: "marts/dump_countries",
    inputs: ({ file = [] }) => ({
      lines: filesInput(COUNTRIES_FILE_COLUMNS, folder, file),
    }),
    partition: "part",
    written: "written",
    counts: ["dropped"],
  });
}

/** Each measurement with its country. */
export function joinedTable(
  data: Asset<Resources, DailySet>,
  countries: Asset<Resources>,
): Asset<Resources, DailySet> {
  return tableAsset({
    ...DAYS,
    ...named("openaq_and_iso_countries_data", OPENAQ_AND_ISO_COUNTRIES_DATA),
    description: "Measurements with their countries, by the day of their file",
    deps: { data: from(data, identity), countries: from(countries, latest) },
    program: "marts/dump_joined",
    inputs: ({ data = [], countries = [] }) => ({
      accepted: tableInput(OPENAQ_DATA, data),
      countries: tableInput(ISO_COUNTRIES_DATA, countries),
    }),
    partition: "file_date",
    written: "written",
    counts: ["without_country"],
    sort: [...OPENAQ_DATA.sort!, "file_row"],
    facts({ data = [] }) {
      const rows = new Map(data.map(({ key, rows }) => [key, rows]));
      return (day) => ({ accepted: { type: "number", value: rows.get(day) ?? 0 } });
    },
    checks: {
      complete: {
        severity: "blocking",
        judge: ({ rows }, { metadata: { accepted } }) =>
          rows === accepted?.value
            ? undefined
            : `it has ${rows} rows, wanted the ${accepted?.value} of openaq_data`,
      },
    },
  });
}

function named(name: string, contract: Contract) {
  const table: Table = {
    contract,
    folder: `${DATABASE}/${name}`,
  };
  return { key: `dump/${name}`, table };
}

/**
 * No row of a day's file is in neither table, or in both. That none was lost before rows were counted is known from the
 * file's lines, which are counted on its bytes: every one is part of one record.
 */
function every(
  wanted: (counts: { readonly records: number; readonly refused: number }) => number,
): OwnCheck {
  return {
    severity: "blocking",
    judge({ rows }, { metadata }) {
      const count = (name: string) => Number(metadata[name]?.value);
      const refused = REFUSED.reduce((sum, name) => sum + count(name), 0);
      const [records, lines, found] = [count("records"), count("record_lines"), count("lines")];
      if (lines !== found) return `its file has ${found} lines, of which ${lines} are in records, wanted all`;
      const expected = wanted({ records, refused });
      return rows === expected
        ? undefined
        : `it has ${rows} rows, wanted ${expected}: the file has ${records}, of which ${refused} are refused`;
    },
  };
}
