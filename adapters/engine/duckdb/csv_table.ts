import type { Column, InputFile } from "../../../core/mod.ts";
import { below } from "../../sdk/files/place.ts";
import { identifier, list, literal, pattern } from "../../sdk/duckdb/text.ts";

/** The columns of tables of CSV files beside their own. */
export const CSV_PLACE: readonly Column[] = [
  { name: "file", type: "utf8", nullable: false },
  { name: "file_row", type: "int64", nullable: false },
  { name: "file_lines", type: "int64", nullable: false },
  { name: "unparsed", type: "utf8", nullable: true },
];

/** A field in quotes, any field, and what stands in quotes that are not closed: RFC 4180, in RE2. */
const QUOTED = `"[^"]*"(?:"[^"]*")*`;
const FIELD = `(?:${QUOTED}|[^",]*)`;
const OPEN = `"[^"]*(?:""[^"]*)*`;

/** A line that ends within quotes; one that begins and ends within them; one that begins within them and closes them. */
const OPENS = `(?:${FIELD},)*${OPEN}`;
const GOES_ON = `[^"]*(?:""[^"]*)*(?:"(?:,${FIELD})*,${OPEN})?`;
const CLOSES = `[^"]*(?:""[^"]*)*"(?:,${FIELD})*`;

/**
 * The statement that reads CSV files (RFC 4180, UTF-8) as text; packed ones are read where they are `unpacked`. No row is
 * lost, and none invented: DuckDB only splits the files into lines, as its own CSV parser drops, merges or refuses rows
 * that are not as it expects.
 *
 * - Lines end with LF, CRLF or CR; blank ones do not count. (Told of CRLF, DuckDB would swallow what follows a lone CR.)
 * - The first line names the columns, in any order; a file with other columns, or without any, cannot be read.
 * - A row is a line; or, where a line ends within quotes, it and the lines up to the one that closes them, if they are one
 *   record together. Line breaks within a field become one `\n`.
 * - A row that has not as many fields as there are columns, or stray quotes, is `unparsed`: that column holds its text.
 *   It is null in all other rows.
 * - Fields are as they stand, without their quotes; empty ones are null.
 * - `file` is the file's path as given, `file_row` the place of the row's first line, counted from the header's, which is 1,
 *   and `file_lines` how many lines the row has.
 */
export function csvStatement(
  root: string,
  columns: readonly Column[],
  files: readonly InputFile[],
  unpacked: ReadonlyMap<string, string>,
): string {
  const names = columns.map(({ name }) => name);
  const path = ({ ref }: InputFile) => unpacked.get(ref.path) ?? below(root, ref.path);
  const given = files.map((file) => `(${literal(path(file))}, ${literal(file.ref.path)})`);
  const record = literal(`${FIELD}${`,${FIELD}`.repeat(names.length - 1)}`);
  // Nearly all lines are records with no quotes but around their last field: those are split at their commas.
  const opening = literal(names.length > 1 ? ',"' : '"');
  const ordinary = literal(`(?:[^",]*,){${names.length - 1}}${FIELD}`);
  return `
WITH numbered AS MATERIALIZED (
  SELECT filename, row_number() OVER () AS n, line
  FROM read_csv(
    ${
    list(files.map((file) => pattern(path(file))))
  }, compression = 'none', columns = {line: 'VARCHAR'}, auto_detect = false,
    header = false, delim = '\n', new_line = '\\n', quote = '', escape = '', strict_mode = false, filename = true
  )
  WHERE line IS NOT NULL
),
-- That they are not packed is said: DuckDB would look for an ending before any "?" in a path.
-- What is numbered comes from one thread; the rest is done by all of them.
lines AS MATERIALIZED (
  SELECT *, CASE WHEN ordinary THEN false ELSE regexp_full_match(line, ${literal(OPENS)}) END AS opens
  FROM (SELECT *, regexp_full_match(line, ${ordinary}) AS ordinary FROM numbered)
),
headers AS MATERIALIZED (
  SELECT filename, file, n AS header, titles = ${list(names)} AS in_order,
    array_to_string([list_position(titles, name) FOR name IN ${list(names)}], ',') AS places
  FROM (
    SELECT *, [trim(title, '"') FOR title IN string_split(line, ',')] AS titles
    FROM (VALUES ${given.join(", ")}) AS files(filename, file)
    LEFT JOIN (
      SELECT filename, min(n) AS n, arg_min(line, n) AS line FROM lines GROUP BY filename
    ) USING (filename)
  )
  WHERE CASE
    WHEN line IS NULL THEN error('found nothing, wanted a line of columns')
    WHEN list_sort(titles) <> list_sort(${list(names)})
    THEN error('found the columns ' || line[:200] || ', wanted ' || ${literal(names.join(","))})
    ELSE true
  END
),
-- The lines of files in which some line ends within quotes: there are hardly ever any.
suspects AS MATERIALIZED (
  SELECT filename, n, line, opens,
    regexp_full_match(line, ${literal(GOES_ON)}) AS goes_on,
    regexp_full_match(line, ${literal(CLOSES)}) AS closes
  FROM lines WHERE filename IN (SELECT filename FROM lines WHERE opens)
),
spans AS (
  SELECT begun.n AS first, ended.n AS last
  FROM (FROM suspects WHERE opens) AS begun
  ASOF JOIN (FROM suspects WHERE NOT goes_on) AS ended ON begun.filename = ended.filename AND begun.n < ended.n
  WHERE ended.closes
),
joined AS (
  SELECT first, last, string_agg(line, chr(10) ORDER BY n) AS line
  FROM spans JOIN suspects ON n >= first AND n <= last
  GROUP BY first, last
),
-- Of two records that share a line the earlier one counts.
chained AS (
  SELECT *, count(*) FILTER (begins) OVER (ORDER BY first) AS chain
  FROM (
    SELECT *, lag(last) OVER (ORDER BY first) IS DISTINCT FROM first AS begins
    FROM joined WHERE regexp_full_match(line, ${record})
  )
),
broken AS MATERIALIZED (
  SELECT first, last, line
  FROM (SELECT *, row_number() OVER (PARTITION BY chain ORDER BY first) AS place FROM chained)
  WHERE place % 2 = 1
),
rows AS (
  SELECT filename, n, 1 AS file_lines, line, ordinary FROM lines
  WHERE n NOT IN (SELECT unnest(range(first, last + 1)) FROM broken)
  UNION ALL
  SELECT filename, n, last - first + 1, broken.line, false FROM broken JOIN lines ON n = first
),
split AS (
  SELECT
    file, n - header + 1 AS file_row, file_lines, line, in_order, places,
    if(
      ordinary AND quoted,
      replace(left(array_to_string(string_split(line, ${opening})[2:], ${opening}), -1), '""', '"'), NULL
    ) AS last_field,
    CASE
      WHEN ordinary AND quoted THEN string_split(split_part(line, ${opening}, 1), ',')
      WHEN ordinary THEN string_split(line, ',')
      WHEN regexp_full_match(line, ${record}) THEN [
        if(starts_with(field, '"'), replace(field[2:-2], '""', '"'), field)
        FOR field IN regexp_extract_all(line || ',', ${literal(`(${FIELD}),`)}, 1)
      ]
    END AS fields
  FROM (SELECT *, contains(line, '"') AS quoted FROM rows) JOIN headers USING (filename)
  WHERE n > header
)
SELECT
  ${
    names.map((name, i) => {
      const here = i + 1 < names.length ? `fields[${i + 1}]` : `coalesce(last_field, fields[${i + 1}])`;
      const there = `list_append(fields, last_field)[string_split(places, ',')[${i + 1}]::BIGINT]`;
      return `nullif(if(in_order, ${here}, ${there}), '') AS ${identifier(name)}`;
    }).join(",\n  ")
  },
  file, file_row, file_lines, if(fields IS NULL, line, NULL) AS unparsed
FROM split`;
}
