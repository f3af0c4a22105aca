import type { DuckDBConnection } from "duckdb";
import { timedWith } from "./bare.ts";

/** One statement by hand that reads daily files and judges each row, and what it answers written as two tables. */
export async function bareDump(folder: string): Promise<number> {
  return await timedWith(async (connection) => {
    await connection.run("SET TimeZone = 'UTC'");
    await work(connection, folder);
  });
}

async function work(connection: DuckDBConnection, folder: string): Promise<void> {
  await connection.run(`CREATE TABLE judged AS ${JUDGED.replace("FILES", `${folder}/files/*.csv.gz`)}`);
  await connection.run(copy(folder, "openaq_data", ACCEPTED));
  await connection.run(copy(folder, "openaq_incoherent_data", REFUSED));
}

function copy(folder: string, table: string, statement: string): string {
  return `COPY (${statement}) TO '${folder}/bare/${table}' ` +
    "(FORMAT parquet, COMPRESSION snappy, PARTITION_BY (file_date))";
}

const TEXTS = "location, city, country, utc, local, parameter, value, unit, latitude, longitude, attribution";

const JUDGED = `
  SELECT
    *, regexp_extract(filename, '(\\d{4}-\\d{2}-\\d{2})', 1) AS file_date,
    TRY_CAST(utc AS TIMESTAMPTZ) AS instant, TRY_CAST(left(local, 10) AS DATE) AS local_day,
    TRY_CAST(value AS DOUBLE) AS number, TRY_CAST(latitude AS DOUBLE) AS north, TRY_CAST(longitude AS DOUBLE) AS east,
    CASE
      WHEN instant IS NULL OR local_day IS NULL THEN 'row'
      WHEN latitude IS NOT NULL AND north IS NULL OR longitude IS NOT NULL AND east IS NULL THEN 'row'
      WHEN coalesce(parameter, '') NOT IN ('pm25', 'co', 'so2') THEN 'parameter'
      WHEN NOT coalesce(isfinite(number) AND number > 0, false) THEN 'value'
    END AS reason
  FROM read_csv('FILES', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', filename = true,
    columns = {${TEXTS.split(", ").map((name) => `${name}: 'VARCHAR'`).join(", ")}})`;

const ACCEPTED = `
  SELECT
    location, city, country AS alpha_2_code, instant AS utc, local AS local_time, parameter, number AS value, unit,
    north AS latitude, east AS longitude, attribution,
    year(local_day) AS year, month(local_day) AS month, day(local_day) AS day, file_date
  FROM judged WHERE reason IS NULL
  ORDER BY file_date, alpha_2_code, city, location, parameter, utc`;

const REFUSED =
  `SELECT ${TEXTS}, reason, file_date FROM judged WHERE reason IS NOT NULL ORDER BY file_date, reason`;
