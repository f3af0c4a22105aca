-- How staged days of Vietnam's mart differ from standing ones: one row for each pair that does.
--
-- Reads   pairs      for each day, its staged and its standing file
--         staged, standing   the files' rows
-- Answers how many rows each has, how many differ, and the first difference with both values.
WITH here AS (
  SELECT day, staged.* FROM staged JOIN pairs ON pairs.staged = staged.file
),
there AS (
  SELECT day, standing.* FROM standing JOIN pairs ON pairs.standing = standing.file
),
compared AS (
  SELECT
    coalesce(here.day, there.day) AS day,
    coalesce(here.location_id, there.location_id) AS location_id,
    coalesce(here.datetime, there.datetime) AS datetime,
    CASE
      WHEN here.day IS NULL OR there.day IS NULL THEN 'row'
      WHEN here.location_name IS DISTINCT FROM there.location_name THEN 'location_name'
      WHEN here.city IS DISTINCT FROM there.city THEN 'city'
      WHEN here.latitude IS DISTINCT FROM there.latitude THEN 'latitude'
      WHEN here.longitude IS DISTINCT FROM there.longitude THEN 'longitude'
      WHEN here.pm25 IS DISTINCT FROM there.pm25 THEN 'pm25'
      WHEN here.pm10 IS DISTINCT FROM there.pm10 THEN 'pm10'
      WHEN here.no2 IS DISTINCT FROM there.no2 THEN 'no2'
      WHEN here.so2 IS DISTINCT FROM there.so2 THEN 'so2'
      WHEN here.o3 IS DISTINCT FROM there.o3 THEN 'o3'
      WHEN here.co IS DISTINCT FROM there.co THEN 'co'
    END AS difference,
    CASE difference
      WHEN 'row' THEN if(here.day IS NULL, 'absent', 'present')
      WHEN 'location_name' THEN here.location_name
      WHEN 'city' THEN here.city
      WHEN 'latitude' THEN here.latitude::VARCHAR
      WHEN 'longitude' THEN here.longitude::VARCHAR
      WHEN 'pm25' THEN here.pm25::VARCHAR
      WHEN 'pm10' THEN here.pm10::VARCHAR
      WHEN 'no2' THEN here.no2::VARCHAR
      WHEN 'so2' THEN here.so2::VARCHAR
      WHEN 'o3' THEN here.o3::VARCHAR
      WHEN 'co' THEN here.co::VARCHAR
    END AS staged_value,
    CASE difference
      WHEN 'row' THEN if(there.day IS NULL, 'absent', 'present')
      WHEN 'location_name' THEN there.location_name
      WHEN 'city' THEN there.city
      WHEN 'latitude' THEN there.latitude::VARCHAR
      WHEN 'longitude' THEN there.longitude::VARCHAR
      WHEN 'pm25' THEN there.pm25::VARCHAR
      WHEN 'pm10' THEN there.pm10::VARCHAR
      WHEN 'no2' THEN there.no2::VARCHAR
      WHEN 'so2' THEN there.so2::VARCHAR
      WHEN 'o3' THEN there.o3::VARCHAR
      WHEN 'co' THEN there.co::VARCHAR
    END AS standing_value,
    here.day IS NOT NULL AS is_here,
    there.day IS NOT NULL AS is_there
  FROM here FULL JOIN there
    ON there.day = here.day AND there.location_id = here.location_id AND there.datetime = here.datetime
)
SELECT
  day,
  count(*) FILTER (is_here) AS staged_rows,
  count(*) FILTER (is_there) AS standing_rows,
  count(difference) AS differing,
  arg_min(location_id, (location_id, datetime)) FILTER (difference IS NOT NULL) AS location_id,
  strftime(arg_min(datetime, (location_id, datetime)) FILTER (difference IS NOT NULL), '%Y-%m-%dT%H:%M:%SZ') AS datetime,
  arg_min(difference, (location_id, datetime)) FILTER (difference IS NOT NULL) AS difference,
  arg_min(coalesce(staged_value, 'null'), (location_id, datetime)) FILTER (difference IS NOT NULL) AS staged_value,
  arg_min(coalesce(standing_value, 'null'), (location_id, datetime)) FILTER (difference IS NOT NULL) AS standing_value
FROM compared
GROUP BY day
HAVING differing > 0;
