-- PM2.5 of each city by UTC day, over its locations.
SELECT
  city,
  measurement_date,
  SUM(avg_pm25 * hours) / SUM(hours) AS avg_pm25,
  MAX(max_pm25) AS max_pm25,
  COUNT(*) AS locations
FROM pm25_by_day
WHERE city IS NOT NULL
GROUP BY city, measurement_date
