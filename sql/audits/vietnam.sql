-- The facts by which days of Vietnam's mart are judged: one row for each file.
--
-- Reads   days     the files' rows, with `file` and `file_row`
--         limits   one row: the plausible limit of each pollutant in µg/m³
-- Answers counts of rows and of faults, nulls by column, and the exact sums of the content's data version.
WITH facts AS (
  SELECT
    file,
    count(*) AS rows,
    min(datetime)::DATE::VARCHAR AS first_day,
    max(datetime)::DATE::VARCHAR AS last_day,
    count(*) FILTER (location_id IS NULL OR datetime IS NULL) AS null_keys,
    count(*) FILTER (days.pm25 < 0 OR days.pm25 > limits.pm25) AS pm25_beyond,
    count(*) FILTER (days.pm10 < 0 OR days.pm10 > limits.pm10) AS pm10_beyond,
    count(*) FILTER (days.no2 < 0 OR days.no2 > limits.no2) AS no2_beyond,
    count(*) FILTER (days.so2 < 0 OR days.so2 > limits.so2) AS so2_beyond,
    count(*) FILTER (days.o3 < 0 OR days.o3 > limits.o3) AS o3_beyond,
    count(*) FILTER (days.co < 0 OR days.co > limits.co) AS co_beyond,
    count(*) - count(location_name) AS location_name_null,
    count(*) - count(city) AS city_null,
    count(*) - count(latitude) AS latitude_null,
    count(*) - count(longitude) AS longitude_null,
    count(*) - count(days.pm25) AS pm25_null,
    count(*) - count(days.pm10) AS pm10_null,
    count(*) - count(days.no2) AS no2_null,
    count(*) - count(days.so2) AS so2_null,
    count(*) - count(days.o3) AS o3_null,
    count(*) - count(days.co) AS co_null
  FROM days CROSS JOIN limits
  GROUP BY file
),
-- Each row beside the one before it. In a file that is sorted, rows of one key are neighbours.
ordered AS (
  SELECT
    file,
    count(*) FILTER (location_id < location_before OR (location_id = location_before AND datetime < before)) AS unsorted,
    count(*) FILTER (location_id = location_before AND datetime = before) AS duplicates
  FROM (
    SELECT
      file, location_id, datetime,
      lag(location_id) OVER place AS location_before,
      lag(datetime) OVER place AS before
    FROM days
    WINDOW place AS (PARTITION BY file ORDER BY file_row)
  )
  GROUP BY file
),
texts AS (
  SELECT
    file,
    location_id::VARCHAR AS location_id,
    location_name,
    city,
    try_cast(round(latitude * 1e6) AS BIGINT)::VARCHAR AS latitude,
    try_cast(round(longitude * 1e6) AS BIGINT)::VARCHAR AS longitude,
    epoch_us(datetime)::VARCHAR AS datetime,
    try_cast(round(pm25 * 1e6) AS BIGINT)::VARCHAR AS pm25,
    try_cast(round(pm10 * 1e6) AS BIGINT)::VARCHAR AS pm10,
    try_cast(round(no2 * 1e6) AS BIGINT)::VARCHAR AS no2,
    try_cast(round(so2 * 1e6) AS BIGINT)::VARCHAR AS so2,
    try_cast(round(o3 * 1e6) AS BIGINT)::VARCHAR AS o3,
    try_cast(round(co * 1e6) AS BIGINT)::VARCHAR AS co
  FROM days
),
-- Nulls add nothing to a concat: their field is `~` alone.
canonical AS (
  SELECT
    file,
    concat(
      coalesce(strlen(location_id) || ':', '~'), location_id,
      coalesce(strlen(location_name) || ':', '~'), location_name,
      coalesce(strlen(city) || ':', '~'), city,
      coalesce(strlen(latitude) || ':', '~'), latitude,
      coalesce(strlen(longitude) || ':', '~'), longitude,
      coalesce(strlen(datetime) || ':', '~'), datetime,
      coalesce(strlen(pm25) || ':', '~'), pm25,
      coalesce(strlen(pm10) || ':', '~'), pm10,
      coalesce(strlen(no2) || ':', '~'), no2,
      coalesce(strlen(so2) || ':', '~'), so2,
      coalesce(strlen(o3) || ':', '~'), o3,
      coalesce(strlen(co) || ':', '~'), co
    ) AS line
  FROM texts
),
content AS (
  SELECT
    file,
    sum(md5_number_upper(line))::VARCHAR AS first_sum,
    sum(md5_number_lower(line))::VARCHAR AS last_sum
  FROM canonical
  GROUP BY file
)
SELECT facts.*, unsorted, duplicates, first_sum, last_sum
FROM facts JOIN ordered ON ordered.file = facts.file JOIN content ON content.file = facts.file;
