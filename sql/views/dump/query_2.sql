-- The five highest daily means of pm25 (µg/m³) among the cities, and those that equal the fifth.
WITH means AS (
  SELECT country, alpha_2_code, city, year, month, day, AVG(pm25) AS pm25_avg
  FROM base
  WHERE pm25 IS NOT NULL
  GROUP BY country, alpha_2_code, city, year, month, day
),
placed AS (
  SELECT
    country, city, year, month, day, pm25_avg,
    RANK() OVER (PARTITION BY year, month, day ORDER BY pm25_avg DESC) AS place
  FROM means
)
SELECT country, city, year, month, day, pm25_avg
FROM placed
WHERE place <= 5
