import type { AnyAsset, AssetKey, BrokenEntry, Column, Definition, Graph } from "../../core/mod.ts";

/** An entry of the catalog, with what the graph knows of it. */
export interface ShownEntry {
  readonly entry: Definition | BrokenEntry;
  /** The asset that registers it; undefined where this graph has none. */
  readonly owner: AnyAsset | undefined;
  /** The asset whose partitions are a table's rows; of a view the same as its owner. */
  readonly made: AnyAsset | undefined;
}

/** An entry with the assets behind it. */
export function shown(entry: Definition | BrokenEntry, graph: Graph): ShownEntry {
  const { database, name } = entry;
  const owner = graph.assets.find(({ entries }) =>
    entries.some((each) => each.database === database && each.name === name)
  );
  if (owner === undefined || entry.type !== "table") return { entry, owner, made: owner };
  const read = Object.values(owner.deps).map(({ asset }) => asset);
  const names = (columns: readonly Column[]) => columns.map(({ name }) => name).join("\n");
  const made = read.find(({ contract }) => contract && names(contract.columns) === names(entry.columns));
  return { entry, owner, made: made ?? (read.length === 1 ? read[0] : undefined) };
}

/** The table that shows an asset's partitions; undefined where none of the catalog's does. */
export function tableOf(
  key: AssetKey,
  entries: readonly (Definition | BrokenEntry)[],
  graph: Graph,
): Extract<Definition, { type: "table" }> | undefined {
  const found = entries.find((entry) => entry.type === "table" && shown(entry, graph).made?.key === key);
  return found?.type === "table" ? found : undefined;
}

/** The statement that looks at the beginning of an entry. */
export function firstRows({ database, name }: Pick<Definition, "database" | "name">, rows: number): string {
  return `SELECT * FROM ${quoted(database)}.${quoted(name)} LIMIT ${rows}`;
}

/** The same as somebody would write it, for the console. */
export function firstQuery({ database, name }: Pick<Definition, "database" | "name">): string {
  const plain = (text: string) => /^[a-z_][a-z0-9_]*$/.test(text) ? text : quoted(text);
  return `SELECT * FROM ${plain(database)}.${plain(name)} LIMIT 100`;
}

/** A name as SQL has it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
