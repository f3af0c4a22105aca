import {
  all,
  type Asset,
  canonicalJson,
  type Condition,
  type FileFormat,
  from,
  sha256,
  type TableDefinition,
} from "../../core/mod.ts";
import { define, type Resources } from "../resources.ts";
import { type Contract, plainColumns } from "./contract.ts";
import { requireEntries } from "./entries.ts";
import { filesFit } from "./files_fit.ts";
import type { Table } from "./table.ts";

/** A table's names in the catalog, and its files. */
export interface TablePlace extends Pick<TableDefinition, "database" | "name"> {
  /** @default "parquet" */
  readonly format?: Exclude<FileFormat, "csv">;
  /** A folder below the lake's root, or a single file. @default the database's name and the table's */
  readonly location?: string;
}

/** The catalog's entry of a table of this contract. */
export function tableDefinition(
  contract: Contract,
  { database, name, format = "parquet", location = `${database}/${name}` }: TablePlace,
): TableDefinition {
  const columns = plainColumns(contract.columns);
  const partitionColumns = plainColumns(contract.partitionColumns);
  return { type: "table", database, name, format, location, columns, partitionColumns };
}

/** The declaration of catalog entries. */
export interface CatalogOptions {
  readonly key: string;
  readonly owners?: readonly string[];
  /** The assets whose files the tables list. */
  readonly shows: readonly (Asset<Resources> & { readonly table?: Table })[];
  readonly tables: readonly TableDefinition[];
  /** When it is registered by itself. @default never */
  readonly automation?: Condition;
}

/**
 * Declares the asset that registers tables in the catalog; it is stale once a definition changes. Whether the files of what
 * it shows are as its tables say is checked before these are registered.
 *
 * @throws {TypeError} If a table cannot be read, or is not as an asset by {@linkcode tableAsset} declares it.
 */
export function catalogAsset({ key, shows, tables, ...declared }: CatalogOptions): Asset<Resources> {
  requireEntries({ key, shows, tables });
  const dataVersion = sha256(canonicalJson(tables)).slice(0, 32);
  return define.asset({
    ...declared,
    key,
    description: `The catalog's ${tables.map(({ database, name }) => `${database}.${name}`).join(", ")}`,
    kind: "catalog",
    // The tables' columns are part of the code: another contract registers anew.
    code: dataVersion,
    entries: tables,
    deps: Object.fromEntries(shows.map((asset) => [asset.key, from(asset, all, { mode: "present" })])),
    checks: [filesFit(tables)],
    async *materialize({ resources: { catalog }, staging }) {
      const staged = await Promise.all(tables.map((each) => catalog.stage(each, staging)));
      yield [{ partition: 0, dataVersion, rows: tables.length, staged }];
    },
  });
}
