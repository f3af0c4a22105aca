-- Functions of Athena (Trino) that DuckDB lacks or calls otherwise, so that one text runs on both.
CREATE MACRO approx_distinct(x) AS approx_count_distinct(x);
CREATE MACRO approx_percentile(x, share) AS approx_quantile(x, share);
CREATE MACRO date(x) AS CAST(x AS DATE);
CREATE MACRO date_add
  (day, span) AS day + span,
  (unit, amount, moment) AS CASE lower(unit)
    WHEN 'second' THEN moment + to_seconds(amount)
    WHEN 'minute' THEN moment + to_minutes(amount)
    WHEN 'hour' THEN moment + to_hours(amount)
    WHEN 'day' THEN moment + to_days(amount)
    WHEN 'week' THEN moment + to_weeks(amount)
    WHEN 'month' THEN moment + to_months(amount)
    WHEN 'year' THEN moment + to_years(amount)
  END;
CREATE MACRO date_format(moment, pattern) AS
  strftime(moment, replace(replace(replace(pattern, '%i', '%M'), '%s', '%S'), '%T', '%H:%M:%S'));
CREATE MACRO day_of_month(moment) AS day(moment);
CREATE MACRO day_of_week(moment) AS isodow(moment);
CREATE MACRO day_of_year(moment) AS dayofyear(moment);
CREATE MACRO from_unixtime(seconds) AS make_timestamp(CAST(seconds * 1000000 AS BIGINT));
CREATE MACRO regexp_like(text, pattern) AS regexp_matches(text, pattern);
CREATE MACRO sequence(first, last) AS generate_series(first, last);
CREATE MACRO to_unixtime(moment) AS epoch(moment);
CREATE MACRO truncate(x) AS trunc(x);
CREATE MACRO week_of_year(moment) AS week(moment);
