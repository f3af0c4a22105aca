-- Mean, mode and exact median of so2 and co (ppm) by day, for cities that some hour has among its ten highest means of pm25.
WITH hours AS (
  SELECT country, alpha_2_code, city, year, month, day, hour, AVG(pm25) AS pm25_avg
  FROM base
  WHERE pm25 IS NOT NULL
  GROUP BY country, alpha_2_code, city, year, month, day, hour
),
placed AS (
  SELECT
    country, alpha_2_code, city, year, month, day,
    RANK() OVER (PARTITION BY year, month, day, hour ORDER BY pm25_avg DESC) AS place
  FROM hours
),
-- Names that are unknown are equal here, too.
cities AS (
  SELECT DISTINCT
    country, COALESCE(alpha_2_code, '') AS code, city, COALESCE(city, '') AS city_name, year, month, day
  FROM placed
  WHERE place <= 10
),
measured AS (
  SELECT cities.code, cities.city_name, base.year, base.month, base.day, so2, co
  FROM base
  JOIN cities
    ON cities.code = COALESCE(base.alpha_2_code, '') AND cities.city_name = COALESCE(base.city, '')
    AND cities.year = base.year AND cities.month = base.month AND cities.day = base.day
),
gases AS (
  SELECT code, city_name, year, month, day, 'so2' AS gas, so2 AS value FROM measured WHERE so2 IS NOT NULL
  UNION ALL
  SELECT code, city_name, year, month, day, 'co' AS gas, co AS value FROM measured WHERE co IS NOT NULL
),
counted AS (
  SELECT
    code, city_name, year, month, day, gas, value,
    COUNT(*) OVER (PARTITION BY code, city_name, year, month, day, gas, value) AS times,
    ROW_NUMBER() OVER (PARTITION BY code, city_name, year, month, day, gas ORDER BY value) AS place,
    COUNT(*) OVER (PARTITION BY code, city_name, year, month, day, gas) AS rows_of_day
  FROM gases
),
ranked AS (
  SELECT
    code, city_name, year, month, day, gas, value, place, rows_of_day,
    ROW_NUMBER() OVER (PARTITION BY code, city_name, year, month, day, gas ORDER BY times DESC, value) AS frequency_place
  FROM counted
),
figures AS (
  SELECT
    code, city_name, year, month, day,
    AVG(CASE WHEN gas = 'so2' THEN value END) AS mean_so2,
    AVG(CASE WHEN gas = 'co' THEN value END) AS mean_co,
    MAX(CASE WHEN gas = 'so2' AND frequency_place = 1 THEN value END) AS mode_so2,
    MAX(CASE WHEN gas = 'co' AND frequency_place = 1 THEN value END) AS mode_co,
    AVG(CASE WHEN gas = 'so2' AND 2 * place BETWEEN rows_of_day AND rows_of_day + 2 THEN value END) AS median_so2,
    AVG(CASE WHEN gas = 'co' AND 2 * place BETWEEN rows_of_day AND rows_of_day + 2 THEN value END) AS median_co
  FROM ranked
  GROUP BY code, city_name, year, month, day
)
SELECT
  cities.country, cities.city, cities.year, cities.month, cities.day,
  mean_so2, mean_co, mode_so2, mode_co, median_so2, median_co
FROM cities
LEFT JOIN figures
  ON figures.code = cities.code AND figures.city_name = cities.city_name
  AND figures.year = cities.year AND figures.month = cities.month AND figures.day = cities.day
