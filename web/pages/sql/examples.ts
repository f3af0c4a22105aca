import type { BrokenEntry, Definition } from "../../../core/mod.ts";
import { firstQuery, quoted } from "../../view/entries.ts";
import type { text } from "./words.ts";

/** A query to begin with. */
export interface Example {
  readonly title: string;
  readonly statement: string;
}

/** Queries over what the catalog has. */
export function examplesOf(
  entries: readonly (Definition | BrokenEntry)[],
  t: (typeof text)["en"],
): Example[] {
  const tables = entries.filter((each) => each.type === "table");
  const measures = ({ columns }: typeof tables[number]) =>
    columns.some(({ type }) => type === "timestamp") ? columns.filter(isMeasure).length : 0;
  // Of tables that measure as much, the last: production comes after development.
  const timed = tables.filter((each) => measures(each) > 0)
    .toSorted((a, b) => measures(a) - measures(b)).at(-1);
  const table = timed ?? tables[0];
  if (table === undefined) return [{ title: t.list, statement: "SHOW TABLES" }];
  const name = `${plain(table.database)}.${plain(table.name)}`;
  return [
    { title: t.list, statement: "SHOW TABLES" },
    { title: t.rows(name), statement: firstQuery(table) },
    { title: t.columns(name), statement: `DESCRIBE ${name}` },
    { title: t.summary(name), statement: `SUMMARIZE ${name}` },
    ...timed === undefined ? [] : [{ title: t.byDay(name), statement: byDay(timed, name) }],
  ];
}

/** The means of a table's first numbers by day. */
function byDay({ columns }: Extract<Definition, { type: "table" }>, name: string): string {
  const time = columns.find(({ type }) => type === "timestamp")!.name;
  const means = columns.filter(isMeasure).slice(0, 2)
    .map(({ name }) => `  avg(${plain(name)}) AS ${plain(`avg_${name}`)}`);
  return [
    "SELECT",
    `  date_trunc('day', ${plain(time)}) AS day,`,
    `${means.join(",\n")}`,
    `FROM ${name}`,
    "GROUP BY day",
    "ORDER BY day",
  ].join("\n");
}

function isMeasure({ name, type }: { readonly name: string; readonly type: string }): boolean {
  return type === "float64" && !/^(latitude|longitude)$/.test(name);
}

function plain(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoted(name);
}
