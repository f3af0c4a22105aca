import type {
  AnyAsset,
  AssetCounts,
  AssetKey,
  BrokenEntry,
  Column,
  DeclaredColumn,
  Definition,
  Graph,
  OpenLake,
} from "../../../core/mod.ts";
import { quoted } from "../../api/table_statement.ts";

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

/** The columns of a table with what is declared of them; those that the path carries come last. */
export function columnsOf(
  { entry, made }: ShownEntry,
): readonly (DeclaredColumn & { readonly isPath: boolean })[] {
  if (entry.type !== "table") return [];
  const declared = new Map(made?.contract?.columns.map((column) => [column.name, column]));
  return [
    ...entry.columns.map((column) => ({ ...column, ...declared.get(column.name), isPath: false })),
    ...entry.partitionColumns.map((column) => ({ ...column, isPath: true })),
  ];
}

/** How a table stands: by its asset's counts, and the rows of its newest partition that has some. */
export interface Standing {
  readonly counts: AssetCounts | undefined;
  readonly newest: { readonly partition: string | null; readonly rows: number } | undefined;
}

/** So many of the newest partitions are looked at for rows. */
const LOOKED_AT = 5;

/** How each of some entries stands. */
export async function standings(
  { orchestrator, state }: Pick<OpenLake, "orchestrator" | "state">,
  entries: readonly ShownEntry[],
): Promise<ReadonlyMap<AssetKey, Standing>> {
  const keys = new Set(entries.flatMap(({ made }) => made === undefined ? [] : [made.key]));
  const counts = new Map((await orchestrator.counts(keys)).map((each) => [each.key, each]));
  const found = new Map<AssetKey, Standing>();
  for (const key of keys) {
    const set = orchestrator.partitions(key);
    const existing = set.existing(orchestrator.now);
    const newest = existing &&
      await state.materializations(key, [{
        from: Math.max(existing.from, existing.to - LOOKED_AT + 1),
        to: existing.to,
      }]);
    const last = newest?.findLast(({ event }) => event.payload.rows !== null);
    found.set(key, {
      counts: counts.get(key),
      newest: last && { partition: set.key(last.partition), rows: last.event.payload.rows! },
    });
  }
  return found;
}

/** An asset, and all that it is made of. */
export function behind(asset: AnyAsset): Set<AssetKey> {
  const found = new Set<AssetKey>();
  const enter = ({ key, deps }: AnyAsset) => {
    if (found.has(key)) return;
    found.add(key);
    for (const { asset } of Object.values(deps)) enter(asset);
  };
  enter(asset);
  return found;
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
