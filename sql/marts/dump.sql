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
  -- A row is written once: where it is not, its columns are null, which costs nothing.
  CASE WHEN reason IS NULL THEN location END AS location,
  CASE WHEN reason IS NULL THEN city END AS city,
  CASE WHEN reason IS NULL THEN country END AS alpha_2_code,
  CASE WHEN reason IS NULL THEN utc_time END AS utc,
  CASE WHEN reason IS NULL THEN local END AS local_time,
  CASE WHEN reason IS NULL THEN parameter END AS parameter,
  CASE WHEN reason IS NULL THEN number END AS value,
  CASE WHEN reason IS NULL THEN unit END AS unit,
  CASE WHEN reason IS NULL THEN north END AS latitude,
  CASE WHEN reason IS NULL THEN east END AS longitude,
  CASE WHEN reason IS NULL THEN attribution END AS attribution,
  CASE WHEN reason IS NULL THEN year(local_day)::INTEGER END AS year,
  CASE WHEN reason IS NULL THEN month(local_day)::INTEGER END AS month,
  CASE WHEN reason IS NULL THEN day(local_day)::INTEGER END AS day,

  CASE WHEN reason IS NOT NULL THEN location END AS refused_location,
  CASE WHEN reason IS NOT NULL THEN city END AS refused_city,
  CASE WHEN reason IS NOT NULL THEN country END AS refused_country,
  CASE WHEN reason IS NOT NULL THEN utc END AS refused_utc,
  CASE WHEN reason IS NOT NULL THEN local END AS refused_local,
  CASE WHEN reason IS NOT NULL THEN parameter END AS refused_parameter,
  CASE WHEN reason IS NOT NULL THEN value END AS refused_value,
  CASE WHEN reason IS NOT NULL THEN unit END AS refused_unit,
  CASE WHEN reason IS NOT NULL THEN latitude END AS refused_latitude,
  CASE WHEN reason IS NOT NULL THEN longitude END AS refused_longitude,
  CASE WHEN reason IS NOT NULL THEN attribution END AS refused_attribution,
  reason AS refused_reason, unparsed AS refused_line,

  file_date, file_row, reason IS NULL AS accepted, reason IS NOT NULL AS refused,
  1 AS records, file_lines AS record_lines,
  if(reason = 'row', 1, 0) AS refused_as_row,
  if(reason = 'parameter', 1, 0) AS refused_as_parameter,
  if(reason = 'value', 1, 0) AS refused_as_value
FROM judged
