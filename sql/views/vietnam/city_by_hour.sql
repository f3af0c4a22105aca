-- Each city's pollutants by hour of the day in Vietnam, which is seven hours ahead of UTC all year.
SELECT
  city,
  hour(date_add('hour', 7, datetime)) AS local_hour,
  AVG(pm25) AS avg_pm25,
  AVG(pm10) AS avg_pm10,
  AVG(no2) AS avg_no2,
  AVG(o3) AS avg_o3,
  COUNT(*) AS measurements
FROM vietnam
WHERE city IS NOT NULL
GROUP BY city, hour(date_add('hour', 7, datetime))
