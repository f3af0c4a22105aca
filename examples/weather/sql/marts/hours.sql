-- A line without a station, a time or a plausible temperature is refused.
SELECT *, NOT usable AS refused
FROM (
  SELECT
    station,
    TRY_CAST(datetime AS TIMESTAMP) AS datetime,
    TRY_CAST(temperature AS DOUBLE) AS temperature,
    TRY_CAST(wind AS DOUBLE) AS wind,
    regexp_extract(file, '([^/]+)\.csv$', 1) AS day,
    station IS NOT NULL AND TRY_CAST(datetime AS TIMESTAMP) IS NOT NULL AND
      COALESCE(TRY_CAST(temperature AS DOUBLE) BETWEEN -60 AND 60, false) AS usable
  FROM lines
)
LEFT JOIN stations USING (station)
