-- Countries by local hour: the maxima of pm25 (µg/m³), co and so2 (ppm), and the highest level that any of them exceeds.
WITH maxima AS (
  SELECT country, year, month, day, hour, MAX(pm25) AS pm25, MAX(co) AS co, MAX(so2) AS so2
  FROM base
  GROUP BY country, year, month, day, hour
),
levels AS (
  SELECT
    country, year, month, day, hour, pm25, co, so2,
    CASE
      WHEN pm25 > 55 OR co > 8 OR so2 > 0.12E0 THEN 3
      WHEN pm25 > 30 OR co > 6 OR so2 > 0.06E0 THEN 2
      WHEN pm25 > 15 OR co > 4 OR so2 > 0.02E0 THEN 1
    END AS level
  FROM maxima
)
SELECT
  country, year, month, day, hour, pm25, co, so2,
  level AS "index",
  CASE level WHEN 1 THEN 'LOW' WHEN 2 THEN 'MEDIUM' ELSE 'HIGH' END AS status
FROM levels
WHERE level IS NOT NULL
