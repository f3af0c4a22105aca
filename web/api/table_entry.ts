import type { BrokenEntry, Column, DeclaredColumn, Definition, Graph } from "../../core/mod.ts";

/** An entry of the catalog with the asset that registers it, and its columns with what is declared of them. */
export function entryJson(entry: Definition | BrokenEntry, graph: Graph) {
  const { type, database, name } = entry;
  const asset = graph.assets.find(({ entries }) =>
    entries.some((each) => each.database === database && each.name === name)
  );
  const common = { type, database, name, asset: asset?.key ?? null };
  if (entry.type === "broken") return { ...common, problem: entry.problem };
  if (entry.type === "view") return { ...common, statement: entry.statement };
  const shown = Object.values(asset?.deps ?? {}).flatMap(({ asset: up }) => up.contract?.columns ?? []);
  const declared = new Map(shown.map((column) => [column.name, column]));
  const columns = entry.columns.map((column) => columnJson(column, declared.get(column.name)));
  const partitionColumns = entry.partitionColumns.map((column) => columnJson(column));
  return { ...common, columns, partitionColumns };
}

function columnJson({ name, type, nullable }: Column, declared?: DeclaredColumn) {
  const { unit, limits } = declared ?? {};
  return {
    name,
    type,
    nullable,
    ...(unit !== undefined && { unit }),
    ...(limits !== undefined && { limits }),
  };
}
