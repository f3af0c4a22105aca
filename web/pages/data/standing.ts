import type { AnyAsset, AssetCounts, AssetKey, DeclaredColumn } from "../../../core/mod.ts";
import type { PageEnv } from "../../view/view.ts";
import type { ShownEntry } from "../../view/entries.ts";

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
  { lake: { orchestrator, state }, lookbackDays }: Pick<PageEnv["Variables"], "lake" | "lookbackDays">,
  entries: readonly ShownEntry[],
): Promise<ReadonlyMap<AssetKey, Standing>> {
  const keys = new Set(entries.flatMap(({ made }) => made === undefined ? [] : [made.key]));
  const counts = new Map((await orchestrator.counts(lookbackDays, keys)).map((each) => [each.key, each]));
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
