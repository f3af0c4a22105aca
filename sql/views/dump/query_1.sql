-- Cities whose monthly means of co and of so2 (ppm) are both among the highest tenth of the month's cities that have them.
WITH means AS (
  SELECT country, alpha_2_code, city, year, month, AVG(co) AS co_avg, AVG(so2) AS so2_avg
  FROM base
  GROUP BY country, alpha_2_code, city, year, month
),
placed AS (
  SELECT
    country, city, year, month, co_avg, so2_avg,
    CUME_DIST() OVER (PARTITION BY year, month, co_avg IS NULL ORDER BY co_avg) AS co_place,
    CUME_DIST() OVER (PARTITION BY year, month, so2_avg IS NULL ORDER BY so2_avg) AS so2_place
  FROM means
)
SELECT country, city, year, month, co_avg, so2_avg
FROM placed
WHERE co_avg IS NOT NULL AND so2_avg IS NOT NULL AND co_place >= 0.9E0 AND so2_place >= 0.9E0
