-- The daily dump's rows, sorted into two tables: those of carbon monoxide, sulphur dioxide and PM2.5 with a value, and all
-- others as text, with the reason.
--
-- Reads   lines      the rows of daily files `YYYY-MM-DD.csv[.gz]`, as text
-- Answers each row once. `accepted` ones have the columns of openaq_data by their own names; `refused` ones have those of
--         openaq_incoherent_data, whose names begin with `refused_`. The counts of a file's day (`file_date`) are of both.
WITH read AS (
  SELECT
    *,
    regexp_extract(file, '(\d{4}-\d{2}-\d{2})\.csv(\.gz)?$', 1)::DATE AS file_date,
    -- DuckDB's casts alone would take more for a time ('infinity', '12-1-1') or a number ('1_000', 'nan') than these.
    if(regexp_full_match(utc, '\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?'),
      TRY_CAST(utc AS TIMESTAMPTZ) AT TIME ZONE 'UTC', NULL) AS utc_time,
    if(regexp_full_match(local, '\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?'),
      TRY_CAST(left(local, 10) AS DATE), NULL) AS local_day,
    if(regexp_full_match(value, ' *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *'), TRY_CAST(value AS DOUBLE), NULL) AS number,
    if(regexp_full_match(latitude, ' *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *'), TRY_CAST(latitude AS DOUBLE), NULL) AS north,
    if(regexp_full_match(longitude, ' *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *'), TRY_CAST(longitude AS DOUBLE), NULL) AS east
  FROM lines
),
judged AS (
  SELECT
    *,
    CASE
      -- No record, without a time, or with coordinates that are none. There may be no coordinates.
      WHEN unparsed IS NOT NULL OR utc_time IS NULL OR local_day IS NULL THEN 'row'
      WHEN latitude IS NOT NULL AND NOT coalesce(isfinite(north), false) THEN 'row'
      WHEN longitude IS NOT NULL AND NOT coalesce(isfinite(east), false) THEN 'row'
      WHEN coalesce(parameter, '') NOT IN ('pm25', 'co', 'so2') THEN 'parameter'
      WHEN NOT coalesce(isfinite(number) AND number > 0, false) THEN 'value'
    END AS reason
  FROM read
)
SELECT
  location, city, country AS alpha_2_code, utc_time AS utc, local AS local_time, parameter, number AS value, unit,
  north AS latitude, east AS longitude, attribution,
  year(local_day)::INTEGER AS year, month(local_day)::INTEGER AS month, day(local_day)::INTEGER AS day,

  location AS refused_location, city AS refused_city, country AS refused_country, utc AS refused_utc,
  local AS refused_local, parameter AS refused_parameter, value AS refused_value, unit AS refused_unit,
  latitude AS refused_latitude, longitude AS refused_longitude, attribution AS refused_attribution,
  reason AS refused_reason, unparsed AS refused_line,

  file_date, file_row, reason IS NULL AS accepted, reason IS NOT NULL AS refused,
  1 AS records,
  if(reason = 'row', 1, 0) AS refused_as_row,
  if(reason = 'parameter', 1, 0) AS refused_as_parameter,
  if(reason = 'value', 1, 0) AS refused_as_value
FROM judged
