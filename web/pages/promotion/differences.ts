import type { BrokenEntry, Definition, Graph, TableDefinition } from "../../../core/mod.ts";
import type { Row } from "../../answer.ts";
import { quoted, tableOf } from "../../view/entries.ts";
import type { Gate } from "./gates.ts";

/** So many rows are compared at most. */
export const COMPARED = 200;

/** A value that is another one on each side; undefined where a side has no such row. */
export interface Difference {
  /** What tells the row from others: its key's columns, or all of it. */
  readonly row: string;
  /** Null where one side has no such row. */
  readonly column: string | null;
  readonly dev: unknown;
  readonly prod: unknown;
}

/** The name of the column that tells which side a row is of. */
const SIDE = "_side";

/** The statement that answers the rows that one side has and the other has not; undefined where the catalog has not both. */
export function differenceStatement(
  { dev, prod }: Gate,
  partition: string | null,
  entries: readonly (Definition | BrokenEntry)[],
  graph: Graph,
): string | undefined {
  const tables = [tableOf(dev.key, entries, graph), tableOf(prod.key, entries, graph)] as const;
  if (tables[0] === undefined || tables[1] === undefined) return undefined;
  const [devRows, prodRows] = tables.map((table) => rowsOf(table!, partition));
  if (devRows === undefined || prodRows === undefined) return undefined;
  const only = (side: string, some: string, others: string) =>
    `(SELECT '${side}' AS ${
      quoted(SIDE)
    }, * FROM (SELECT * FROM ${some} EXCEPT ALL SELECT * FROM ${others}) ` +
    `ORDER BY ALL LIMIT ${COMPARED})`;
  return [
    `WITH dev_rows AS (${devRows}), prod_rows AS (${prodRows})`,
    only("dev", "dev_rows", "prod_rows"),
    "UNION ALL",
    only("prod", "prod_rows", "dev_rows"),
  ].join(" ");
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The rows of one partition; undefined where the table's path does not tell them. */
function rowsOf(table: TableDefinition, partition: string | null): string | undefined {
  const columns = [...table.columns, ...table.partitionColumns].map(({ name }) => quoted(name)).join(", ");
  const rows = `SELECT ${columns} FROM ${quoted(table.database)}.${quoted(table.name)}`;
  if (partition === null) return rows;
  const day = table.partitionColumns.find(({ type }) => type === "date32");
  if (day === undefined || !DATE.test(partition)) return undefined;
  return `${rows} WHERE ${quoted(day.name)} = DATE '${partition}'`;
}

/** Puts the rows of both sides together by their key, and names the values that differ. */
export function differencesOf(rows: readonly Row[], key: readonly string[]): Difference[] {
  const named = (row: Row) => key.map((name) => String(row[name] ?? "null")).join(" · ");
  if (key.length === 0) {
    return rows.map(({ [SIDE]: side, ...row }) => ({
      row: JSON.stringify(row),
      column: null,
      dev: side === "dev" ? row : undefined,
      prod: side === "prod" ? row : undefined,
    }));
  }
  return [...Map.groupBy(rows, named)].flatMap(([row, those]): Difference[] => {
    const dev = those.find(({ [SIDE]: side }) => side === "dev");
    const prod = those.find(({ [SIDE]: side }) => side === "prod");
    if (dev === undefined || prod === undefined) return [{ row, column: null, dev, prod }];
    return Object.keys(dev)
      .filter((column) => column !== SIDE && JSON.stringify(dev[column]) !== JSON.stringify(prod[column]))
      .map((column) => ({ row, column, dev: dev[column], prod: prod[column] }));
  });
}
