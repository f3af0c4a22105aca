-- PM2.5 of each location by UTC day: average, maximum and the hours measured.
SELECT
  location_id,
  location_name,
  city,
  measurement_date,
  AVG(pm25) AS avg_pm25,
  MAX(pm25) AS max_pm25,
  COUNT(pm25) AS hours
FROM vietnam
WHERE pm25 IS NOT NULL
GROUP BY location_id, location_name, city, measurement_date
