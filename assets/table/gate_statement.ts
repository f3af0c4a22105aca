import { type Contract, plainColumns } from "./contract.ts";
import { quoted } from "./sql.ts";

/**
 * The statement that answers how staged files differ from standing ones: one row for each pair that does.
 *
 * It reads `pairs`, for each partition its staged and its standing file, and the rows of both, `staged` and `standing`. It
 * answers how many rows each has, how many differ, and the first difference with both values.
 *
 * @throws {TypeError} If the contract has no key: without one, no row can be named.
 */
export function gateStatement(contract: Contract): string {
  const key = contract.key ?? [];
  if (key.length === 0) throw new TypeError("comparing tables: found a contract without a key, wanted one");
  const own = plainColumns(contract.columns).filter(({ name }) => !key.includes(name));
  const names = key.map(quoted);
  const value = (side: string, there: string) =>
    `CASE difference
      WHEN 'row' THEN if(${there} IS NULL, 'absent', 'present')
      ${own.map(({ name }) => `WHEN ${literal(name)} THEN ${side}.${quoted(name)}::VARCHAR`).join("\n      ")}
    END`;
  const place = contract.columns.filter(({ name }) => key.includes(name)).map(({ name, type }) => {
    const first = `arg_min(${quoted(name)}, (${names.join(", ")})) FILTER (difference IS NOT NULL)`;
    const text = type === "timestamp" ? `strftime(${first}, '%Y-%m-%dT%H:%M:%SZ')` : `${first}::VARCHAR`;
    return `${literal(`${name} `)} || coalesce(${text}, 'null')`;
  });
  const first = (value: string) => `arg_min(${value}, (${names.join(", ")})) FILTER (difference IS NOT NULL)`;
  return `WITH here AS (
  SELECT pair_partition, staged.* FROM staged JOIN pairs ON pairs.staged = staged.file
),
there AS (
  SELECT pair_partition, standing.* FROM standing JOIN pairs ON pairs.standing = standing.file
),
compared AS (
  SELECT
    coalesce(here.pair_partition, there.pair_partition) AS pair_partition,
    ${names.map((name) => `coalesce(here.${name}, there.${name}) AS ${name}`).join(",\n    ")},
    CASE
      WHEN here.pair_partition IS NULL OR there.pair_partition IS NULL THEN 'row'
      ${
    own.map(({ name }) =>
      `WHEN here.${quoted(name)} IS DISTINCT FROM there.${quoted(name)} THEN ${literal(name)}`
    ).join("\n      ")
  }
    END AS difference,
    ${value("here", "here.pair_partition")} AS staged_value,
    ${value("there", "there.pair_partition")} AS standing_value,
    here.pair_partition IS NOT NULL AS is_here,
    there.pair_partition IS NOT NULL AS is_there
  FROM here FULL JOIN there
    ON ${["pair_partition", ...names].map((name) => `there.${name} = here.${name}`).join(" AND ")}
)
SELECT
  pair_partition,
  count(*) FILTER (is_here) AS staged_rows,
  count(*) FILTER (is_there) AS standing_rows,
  count(difference) AS differing,
  ${place.join(" || ', ' || ")} AS place,
  ${first("difference")} AS difference,
  ${first("coalesce(staged_value, 'null')")} AS staged_value,
  ${first("coalesce(standing_value, 'null')")} AS standing_value
FROM compared
GROUP BY pair_partition
HAVING differing > 0`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
