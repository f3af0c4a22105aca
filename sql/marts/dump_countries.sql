-- The countries of ISO 3166-1, by their codes.
--
-- Reads   lines  the rows of a CSV file, as text: `English short name, Alpha-2 code, Alpha-3 code, Numeric code, ISO 3166-2`
-- Answers a row for each country; those without a name or a code of two letters are counted and not written.
SELECT
  trim("English short name") AS english_short_name, trim("Alpha-2 code") AS alpha_2_code,
  trim("Alpha-3 code") AS alpha_3_code, trim("Numeric code") AS numeric_code, trim("ISO 3166-2") AS iso_3166_2,
  'all' AS part,
  coalesce(trim("English short name") <> '' AND regexp_full_match(trim("Alpha-2 code"), '[A-Z]{2}'), false) AS written,
  if(written, 0, 1) AS dropped
FROM lines
