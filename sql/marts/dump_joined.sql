-- The daily dump's accepted rows, each with its country, if that is known.
--
-- Reads   accepted   rows of openaq_data, of daily files
--         countries  iso_countries_data, one row for each alpha_2_code
-- Answers every accepted row once.
SELECT
  accepted.* EXCLUDE (file, file_row), english_short_name, alpha_3_code, numeric_code, iso_3166_2,
  regexp_extract(file, 'file_date=(\d{4}-\d{2}-\d{2})/', 1)::DATE AS file_date, file_row,
  true AS written, if(english_short_name IS NULL, 1, 0) AS without_country
FROM accepted LEFT JOIN (SELECT * EXCLUDE (file, file_row) FROM countries) AS countries USING (alpha_2_code)
