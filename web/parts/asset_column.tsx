import type { TableColumn } from "./data_table.tsx";
import { AssetLink } from "./small.tsx";

/** The column of the assets that rows have by a name. */
export function assetColumn<Name extends string>(
  name: Name,
  title: string,
): TableColumn<Readonly<Record<Name, string>>> {
  return { name, title, cell: (row) => <AssetLink of={row[name]} />, by: (row) => row[name] };
}
