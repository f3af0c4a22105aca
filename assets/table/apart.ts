import type { AnyAsset } from "../../core/mod.ts";
import type { TableAsset } from "./asset.ts";
import { isWithin, nameOf } from "./entries.ts";

/** @throws {TypeError} If a table's files lie where another table's do, or where an entry that does not show it is read. */
export function requireApart(assets: readonly AnyAsset[]): void {
  const tables = assets.filter((asset): asset is TableAsset => "table" in asset);
  for (const one of tables) {
    const { key, table: { folder } } = one;
    const other = tables.find((each) => each !== one && isWithin(folder, each.table.folder));
    if (other === undefined) continue;
    const found = `found the folder "${folder}", where ${other.key} lies`;
    throw new TypeError(`declaring the table "${key}": ${found}, wanted one of its own`);
  }
  for (const { key, entries, deps } of assets) {
    const shown = new Set<AnyAsset>(Object.values(deps).map(({ asset }) => asset));
    for (const entry of entries) {
      if (entry.type !== "table") continue;
      const other = tables.find((each) => isWithin(each.table.folder, entry.location) && !shown.has(each));
      if (other === undefined) continue;
      const found = `found the files of ${other.key} below the location "${entry.location}"`;
      throw new TypeError(
        `declaring the catalog "${key}": ${nameOf(entry)}: ${found}, wanted those of tables that it shows`,
      );
    }
  }
}
