import type { Column } from "../../core/mod.ts";
import { canonicalText, quoted } from "./sql.ts";
import type { Contract, Watch } from "./contract.ts";

/**
 * The statement that answers the facts by which a table's files are judged: one row for each file that has rows.
 *
 * It reads `audited`, the files' rows with `file` and `file_row`, and answers counts of rows and of faults, the least and
 * the greatest value of what the path carries, nulls by column, and the exact sums of the content's data version.
 */
export function auditStatement(contract: Contract): string {
  const { columns, watch } = contract;
  const order = orderStatements(contract);
  const text = ({ name }: Column) => quoted(`text:${name}`);
  return `WITH ${order === undefined ? "" : `${order},\n`}texts AS (
  SELECT *, ${columns.map((column) => `${canonicalText(column)} AS ${text(column)}`).join(", ")} FROM audited
),
-- Nulls add nothing to a concat: their field is \`~\` alone.
digests AS (
  SELECT *, md5_number(concat(${
    columns.map(text).map((each) => `strlen(${each}), if(${each} IS NULL, '~', ':'), ${each}`).join(", ")
  })) AS "digest:" FROM texts
),
facts AS (
  SELECT
    ${["file", "count(*) AS rows", ...facts(contract)].join(",\n    ")},
    -- The first half of a digest stands in the number's lower bits.
    sum(("digest:" & 18446744073709551615::UHUGEINT)::UBIGINT)::VARCHAR AS first_sum,
    sum(("digest:" >> 64)::UBIGINT)::VARCHAR AS last_sum
  FROM digests
  GROUP BY file
)
SELECT * FROM facts${order === undefined ? "" : " JOIN ordered USING (file)"}${
    watch === undefined ? "" : ` LEFT JOIN (${watchStatement(watch)}) USING (file)`
  }`;
}

/** The greatest value above the level, by where it is, as a JSON object. */
function watchStatement({ column, above, by }: Watch): string {
  return `
  SELECT file, json_group_object("where", most)::VARCHAR AS above
  FROM (
    SELECT file, ${quoted(by)} AS "where", max(${quoted(column)}) AS most
    FROM audited
    WHERE ${quoted(column)} > ${above} AND isfinite(${quoted(column)}) AND ${quoted(by)} IS NOT NULL
    GROUP BY ALL
  )
  GROUP BY file
`;
}

function facts({ columns, partitionColumns, key, sort = [] }: Contract): string[] {
  const never = columns.filter(({ nullable }) => !nullable).map(({ name }) => `${quoted(name)} IS NULL`);
  const counted = (name: string, condition: string) => `count(*) FILTER (${condition}) AS ${quoted(name)}`;
  return [
    ...partitionColumns.flatMap(({ name, of }) =>
      of === undefined ? [] : [
        `min(${of})::VARCHAR AS ${quoted(`least:${name}`)}`,
        `max(${of})::VARCHAR AS ${quoted(`most:${name}`)}`,
      ]
    ),
    ...(never.length === 0 ? [] : [counted("null_required", never.join(" OR "))]),
    ...(key === undefined || startsWith(sort, key)
      ? []
      : [`count(*) - count(DISTINCT (${key.map(quoted).join(", ")})) AS duplicates`]),
    ...columns.flatMap(({ name, limits }) =>
      limits === undefined
        ? []
        : [counted(`beyond:${name}`, `${quoted(name)} < ${limits[0]} OR ${quoted(name)} > ${limits[1]}`)]
    ),
    ...columns.map(({ name }) => `count(*) - count(${quoted(name)}) AS ${quoted(`nulls:${name}`)}`),
  ];
}

/**
 * Each row beside the one before it: in a file that is sorted, rows of one key are neighbours. As a rule rows come in the
 * order of their file; only files of which some came \`loose\`, apart from the row before them, are put in order for it.
 */
function orderStatements({ key, sort = [] }: Contract): string | undefined {
  if (sort.length === 0) return undefined;
  const before = (name: string) => quoted(`${name} before`);
  const equal = (name: string) => `${quoted(name)} = ${before(name)}`;
  const after = sort.map((name, i) =>
    [...sort.slice(0, i).map(equal), `${quoted(name)} < ${before(name)}`].join(" AND ")
  );
  const counts = [`count(*) FILTER (${after.map((each) => `(${each})`).join(" OR ")}) AS unsorted`];
  if (key !== undefined && startsWith(sort, key)) {
    counts.push(`count(*) FILTER (${key.map(equal).join(" AND ")}) AS duplicates`);
  }
  const own = sort.map(quoted).join(", ");
  return `placed AS (
  SELECT
    file, ${counts.join(", ")},
    count(*) FILTER (
      file_row > 0 AND ("file before" IS DISTINCT FROM file OR "file_row before" IS DISTINCT FROM file_row - 1)
    ) AS loose
  FROM (
    SELECT file, lag(file) OVER () AS "file before", file_row, lag(file_row) OVER () AS "file_row before", ${own}, ${
    sort.map((name) => `if(file_row = 0, NULL, lag(${quoted(name)}) OVER ()) AS ${before(name)}`).join(", ")
  }
    FROM audited
  )
  GROUP BY file
),
ordered AS (
  SELECT * EXCLUDE loose FROM placed WHERE loose = 0
  UNION ALL BY NAME
  SELECT file, ${counts.join(", ")}
  FROM (
    SELECT file, ${
    sort.map((name) => `${quoted(name)}, lag(${quoted(name)}) OVER place AS ${before(name)}`).join(", ")
  }
    FROM audited WHERE file IN (SELECT file FROM placed WHERE loose > 0)
    WINDOW place AS (PARTITION BY file ORDER BY file_row)
  )
  GROUP BY file
)`;
}

/** Whether rows of one key are neighbours in this order. */
function startsWith(sort: readonly string[], key: readonly string[]): boolean {
  return key.every((name) => sort.slice(0, key.length).includes(name));
}
