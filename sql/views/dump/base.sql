-- One row for each country, city and local time: the largest co and so2 in ppm and pm25 in µg/m³, null where absent.
SELECT
  alpha_2_code,
  COALESCE(MAX(english_short_name), alpha_2_code) AS country,
  city,
  local_time,
  year,
  month,
  day,
  CAST(SUBSTR(local_time, 12, 2) AS INTEGER) AS hour,
  MAX(CASE
    WHEN parameter = 'co' AND unit = 'ppm' THEN value
    WHEN parameter = 'co' AND unit = 'µg/m³' THEN value * 0.000873E0
  END) AS co,
  MAX(CASE
    WHEN parameter = 'so2' AND unit = 'ppm' THEN value
    WHEN parameter = 'so2' AND unit = 'µg/m³' THEN value * 0.000382E0
  END) AS so2,
  MAX(CASE WHEN parameter = 'pm25' AND unit = 'µg/m³' THEN value END) AS pm25
FROM openaq_and_iso_countries_data
GROUP BY alpha_2_code, city, local_time, year, month, day
