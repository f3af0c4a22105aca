-- Vietnam's mart: one row for each location and time, its pollutants side by side in µg/m³.
--
-- Reads   hours      the records of raw hours that were asked once
--         reasked    the records of raw hours that were asked more than once
--         stations   the stations, by location
--         units      for each pollutant and unit: value * scale * factor is µg/m³, plausible up to `most`
-- Answers the mart's rows (those without any value are counted and not written) and a row of counts for each day: how
--         many records it had, and why some of them were set aside.
WITH records AS (
  SELECT location_id, sensor_id, parameter, value, unit, datetime, has_flags FROM hours
  UNION ALL
  -- Of an hour asked again: per sensor and time, all rows of the latest extraction that has any.
  SELECT location_id, sensor_id, parameter, value, unit, datetime, has_flags FROM (
    SELECT *, rank() OVER (PARTITION BY sensor_id, datetime ORDER BY extracted_at DESC) AS place FROM reasked
  )
  WHERE place = 1
),
converted AS (
  SELECT
    location_id, sensor_id, datetime, records.parameter, has_flags, most,
    value AS original,
    (value * scale) * factor AS value
  FROM records LEFT JOIN units ON units.parameter = records.parameter AND units.unit = records.unit
),
judged AS MATERIALIZED (
  SELECT
    location_id, sensor_id, datetime, parameter, value,
    CASE
      WHEN coalesce(parameter, '') NOT IN ('pm25', 'pm10', 'no2', 'so2', 'o3', 'co') THEN 'other'
      WHEN has_flags THEN 'flagged'
      WHEN original IS NULL THEN 'null'
      WHEN original < 0 THEN 'negative'
      WHEN most IS NULL THEN 'unit'
      WHEN value > most THEN 'limit'
      ELSE 'usable'
    END AS verdict
  FROM converted
),
-- Of several usable values of one sensor at one time the smallest counts.
sensors AS (
  SELECT location_id, datetime, parameter, sensor_id, min(if(verdict = 'usable', value, NULL)) AS value
  FROM judged
  GROUP BY location_id, datetime, parameter, sensor_id
),
-- The lowest sensor id with a usable value gives it: arg_min passes over nulls.
locations AS (
  SELECT
    location_id, datetime,
    arg_min(value, sensor_id) FILTER (parameter = 'pm25') AS pm25,
    arg_min(value, sensor_id) FILTER (parameter = 'pm10') AS pm10,
    arg_min(value, sensor_id) FILTER (parameter = 'no2') AS no2,
    arg_min(value, sensor_id) FILTER (parameter = 'so2') AS so2,
    arg_min(value, sensor_id) FILTER (parameter = 'o3') AS o3,
    arg_min(value, sensor_id) FILTER (parameter = 'co') AS co
  FROM sensors
  GROUP BY location_id, datetime
),
rows AS (
  SELECT *, coalesce(pm25, pm10, no2, so2, o3, co) IS NOT NULL AS written FROM locations
),
days AS (
  SELECT
    datetime::DATE AS measurement_date,
    count(*) AS records,
    count(*) FILTER (verdict = 'flagged') AS flagged,
    count(*) FILTER (verdict = 'null') AS null_values,
    count(*) FILTER (verdict = 'negative') AS negative,
    count(*) FILTER (verdict = 'limit') AS above_limit,
    count(*) FILTER (verdict = 'unit') AS unknown_unit,
    count(*) FILTER (verdict = 'other') AS other_parameter
  FROM judged
  GROUP BY measurement_date
)
SELECT
  location_id, name AS location_name, city, latitude, longitude,
  datetime, datetime::DATE AS measurement_date,
  pm25, pm10, no2, so2, o3, co,
  written, if(written, 0, 1) AS dropped,
  0 AS records, 0 AS flagged, 0 AS null_values, 0 AS negative,
  0 AS above_limit, 0 AS unknown_unit, 0 AS other_parameter
FROM rows LEFT JOIN stations ON stations.id = rows.location_id
UNION ALL BY NAME
SELECT *, false AS written, 0 AS dropped FROM days;
