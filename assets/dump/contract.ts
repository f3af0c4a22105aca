import type { Column } from "../../core/mod.ts";
import { type Contract, optional, required } from "../table/contract.ts";

/** Who answers for the dump's assets. */
export const OWNERS = ["air-quality team"];

const FILE_DATE = [required("file_date", "date32")];

/** The columns of a daily file, as OpenAQ's retired archive wrote them, all text. */
export const FILE_COLUMNS: readonly Column[] = texts(
  "location",
  "city",
  "country",
  "utc",
  "local",
  "parameter",
  "value",
  "unit",
  "latitude",
  "longitude",
  "attribution",
);

/** The columns of the file of countries, all text. */
export const COUNTRIES_FILE_COLUMNS: readonly Column[] = texts(
  "English short name",
  "Alpha-2 code",
  "Alpha-3 code",
  "Numeric code",
  "ISO 3166-2",
);

/** Measurements of pm25, co and so2 above zero; `year`, `month` and `day` are those of the local time. */
export const OPENAQ_DATA: Contract = {
  columns: [
    optional("location", "utf8"),
    optional("city", "utf8"),
    optional("alpha_2_code", "utf8"),
    required("utc", "timestamp"),
    required("local_time", "utf8"),
    required("parameter", "utf8"),
    required("value", "float64", { limits: [0, Number.MAX_VALUE] }),
    optional("unit", "utf8"),
    optional("latitude", "float64"),
    optional("longitude", "float64"),
    optional("attribution", "utf8"),
    required("year", "int32"),
    required("month", "int32"),
    required("day", "int32"),
  ],
  partitionColumns: FILE_DATE,
  sort: ["alpha_2_code", "city", "location", "parameter", "utc"],
};

/** All other rows as text. `reason` is row, parameter or value; `line` is the text of a row that is no record. */
export const OPENAQ_INCOHERENT_DATA: Contract = {
  columns: [...FILE_COLUMNS, required("reason", "utf8"), optional("line", "utf8")],
  partitionColumns: FILE_DATE,
  sort: ["reason"],
};

/** Countries of ISO 3166-1, one row for each `alpha_2_code`. */
export const ISO_COUNTRIES_DATA: Contract = {
  columns: [
    required("english_short_name", "utf8"),
    required("alpha_2_code", "utf8"),
    ...texts("alpha_3_code", "numeric_code", "iso_3166_2"),
  ],
  partitionColumns: [],
  key: ["alpha_2_code"],
  sort: ["alpha_2_code"],
};

/** Accepted measurements with their countries; the four further columns are null where the country is unknown. */
export const OPENAQ_AND_ISO_COUNTRIES_DATA: Contract = {
  ...OPENAQ_DATA,
  columns: [
    ...OPENAQ_DATA.columns,
    ...texts("english_short_name", "alpha_3_code", "numeric_code", "iso_3166_2"),
  ],
};

/** The column of the answer of `marts/dump` that holds a column of openaq_incoherent_data. */
export function refusedColumn(name: string): string {
  return `refused_${name}`;
}

function texts(...names: string[]) {
  return names.map((name) => optional(name, "utf8"));
}
