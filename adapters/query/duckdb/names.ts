import { RefusedError } from "../../../core/mod.ts";

/** A node of a statement's tree, as DuckDB's parser serializes it. */
export type Tree = Readonly<Record<string, unknown>>;

/** A table as a statement names it; `database` is empty where the name stands alone. */
export interface TableName {
  readonly database: string;
  readonly name: string;
}

/** Names of a statement that come from the catalog. */
export interface Named {
  readonly tables: readonly TableName[];
  /** Whether it lists what there is (`SHOW TABLES`). */
  readonly lists: boolean;
}

/** Functions that make rows of their arguments alone. */
const TABLE_FUNCTIONS = new Set(["generate_series", "range", "repeat", "repeat_row", "unnest"]);

/** Functions that look outside of the query, or bind another one. */
const HIDDEN_FUNCTIONS = new Set([
  "current_setting",
  "currval",
  "getenv",
  "getvariable",
  "json_deserialize_sql",
  "json_serialize_plan",
  "nextval",
  "write_log",
]);

/** The things that `SHOW` may list. */
const SHOWN = new Set(['"databases"', '"tables"', "__show_tables_expanded"]);

const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/**
 * The tables that a parsed statement names, without those that it defines itself by WITH.
 *
 * @throws {RefusedError} If it names a file or a function that reaches out, or lacks a parameter's value.
 */
export function namesOf(statement: Tree): Named {
  const tables: TableName[] = [];
  let lists = false;

  const visit = (value: unknown, own: ReadonlySet<string>): void => {
    if (Array.isArray(value)) return value.forEach((each) => visit(each, own));
    if (typeof value !== "object" || value === null) return;
    const { cte_map, ...node } = value as Tree;
    let inner = own;
    for (const { key, value } of definitionsOf(cte_map)) {
      visit(value, inner);
      inner = new Set([...inner, key.toLowerCase()]);
    }
    if (node.type === "RECURSIVE_CTE_NODE") inner = new Set([...inner, String(node.cte_name).toLowerCase()]);
    if (node.type === "BASE_TABLE") {
      const table = baseTable(node);
      if (table.database !== "" || !inner.has(table.name.toLowerCase())) tables.push(table);
    }
    if (node.type === "TABLE_FUNCTION") tableFunction(node);
    if (node.type === "SHOW_REF" && node.query === null) lists = listing(node);
    if (node.class === "FUNCTION") scalarFunction(node);
    if (node.class === "PARAMETER") {
      throw new RefusedError("running the statement: found a parameter, wanted a value in its place");
    }
    for (const each of Object.values(node)) visit(each, inner);
  };

  visit(statement, new Set());
  return { tables, lists };
}

function definitionsOf(cteMap: unknown): readonly { readonly key: string; readonly value: unknown }[] {
  return (cteMap as { map?: { key: string; value: unknown }[] } | undefined)?.map ?? [];
}

/** A file as a table has no plain name: that alone keeps every file out, whatever the statement defines by WITH. */
function baseTable({ catalog_name, schema_name, table_name }: Tree): TableName {
  const name = String(table_name);
  const database = String(schema_name);
  const whole = [catalog_name, database, name].filter((part) => part !== "").join(".");
  if (catalog_name !== "" || !PLAIN_NAME.test(name) || (database !== "" && !PLAIN_NAME.test(database))) {
    throw new RefusedError(
      `reading "${whole}": found no table's name, wanted a table or view of the catalog`,
    );
  }
  return { database, name };
}

function tableFunction(node: Tree): void {
  const name = String((node.function as Tree).function_name).toLowerCase();
  if (!TABLE_FUNCTIONS.has(name)) {
    const known = [...TABLE_FUNCTIONS].join(", ");
    throw new RefusedError(`calling "${name}": it reaches beyond the lake's tables, wanted one of ${known}`);
  }
}

function scalarFunction({ function_name }: Tree): void {
  const name = String(function_name).toLowerCase();
  if (HIDDEN_FUNCTIONS.has(name)) {
    throw new RefusedError(`calling "${name}": it reaches beyond the lake's tables`);
  }
}

function listing({ table_name }: Tree): true {
  if (SHOWN.has(String(table_name))) return true;
  throw new RefusedError(`showing ${String(table_name)}: wanted tables, databases, or the name of a table`);
}
