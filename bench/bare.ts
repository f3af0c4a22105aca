import { type DuckDBConnection, DuckDBInstance } from "duckdb";
import { timed } from "./figure.ts";

/** Two statements by hand that read the raw hours, convert, pivot, join and write: one for each mart. */
export async function bareTransforms(folder: string): Promise<number> {
  return await timedWith(async (connection) => {
    for (const zone of ["dev", "prod"]) await connection.run(copy(folder, zone, rows(folder)));
  });
}

/** The same with one evaluation, written twice. */
export async function bareOnce(folder: string): Promise<number> {
  return await timedWith(async (connection) => {
    await connection.run(`CREATE TABLE evaluated AS ${rows(folder)}`);
    for (const zone of ["dev", "prod"]) await connection.run(copy(folder, zone, "FROM evaluated"));
  });
}

/** How long the work takes with a DuckDB of its own, as each of ours makes one, too. */
export async function timedWith(
  work: (connection: DuckDBConnection) => Promise<void>,
): Promise<number> {
  const opened: { readonly closeSync: () => void }[] = [];
  const took = await timed(async () => {
    const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
    const connection = await instance.connect();
    opened.push(connection, instance);
    await work(connection);
  });
  for (const each of opened) each.closeSync();
  return took;
}

function copy(folder: string, zone: string, statement: string): string {
  return `COPY (${statement}) TO '${folder}/bare_${zone}' ` +
    "(FORMAT parquet, COMPRESSION snappy, PARTITION_BY (measurement_date, country))";
}

function rows(folder: string): string {
  return `
    WITH measured AS (
      SELECT location_id, sensor_id, parameter, datetime,
        CASE unit
          WHEN 'ppb' THEN value * ${FACTOR}
          WHEN 'ppm' THEN value * 1000 * ${FACTOR}
          ELSE value
        END AS value
      FROM read_json('${folder}/lake/aq_raw_prod/*/*/*/*/*.json.gz', format = 'newline_delimited', columns = {
        location_id: 'INTEGER', sensor_id: 'INTEGER', parameter: 'VARCHAR', value: 'DOUBLE', unit: 'VARCHAR',
        datetime: 'TIMESTAMP', has_flags: 'BOOLEAN'
      })
      WHERE NOT has_flags AND value >= 0
    ),
    stations AS (SELECT * FROM read_json('${folder}/lake/reference/vietnam/stations.json'))
    SELECT location_id, any_value(name) AS location_name, any_value(city) AS city,
      any_value(latitude) AS latitude, any_value(longitude) AS longitude, datetime,
      arg_min(value, sensor_id) FILTER (parameter = 'pm25' AND value <= 1000) AS pm25,
      arg_min(value, sensor_id) FILTER (parameter = 'pm10' AND value <= 1500) AS pm10,
      arg_min(value, sensor_id) FILTER (parameter = 'no2' AND value <= 500) AS no2,
      arg_min(value, sensor_id) FILTER (parameter = 'so2' AND value <= 2000) AS so2,
      arg_min(value, sensor_id) FILTER (parameter = 'o3' AND value <= 500) AS o3,
      arg_min(value, sensor_id) FILTER (parameter = 'co' AND value <= 100000) AS co,
      datetime::DATE AS measurement_date, 'Vietnam' AS country
    FROM measured JOIN stations ON stations.id = location_id
    GROUP BY location_id, datetime
    ORDER BY location_id, datetime`;
}

const FACTOR =
  "CASE parameter WHEN 'o3' THEN 1.963 WHEN 'no2' THEN 1.882 WHEN 'so2' THEN 2.620 WHEN 'co' THEN 1.146 END";
