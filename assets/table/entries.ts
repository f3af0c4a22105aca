import type { AssetKey, Column, TableDefinition } from "../../core/mod.ts";
import { contractFault } from "./declared.ts";
import type { Table } from "./table.ts";

/** The entries of a catalog's asset, and what it shows: a table's own declaration, where it has one. */
export interface DeclaredEntries {
  readonly key: AssetKey;
  readonly shows: readonly { readonly key: AssetKey; readonly table?: Table }[];
  readonly tables: readonly TableDefinition[];
}

type ShownTable = DeclaredEntries["shows"][number] & { readonly table: Table };

/** Formats that readers of the catalog know. */
const FORMATS: readonly string[] = ["parquet", "ndjson", "json"];

/** @throws {TypeError} If entries of a catalog cannot be read, or do not fit what it shows: the first fault, in one line. */
export function requireEntries({ key, shows, tables }: DeclaredEntries): void {
  const fault = tables.length === 0
    ? "found no tables, wanted some"
    : shows.length === 0
    ? "found nothing that it shows, wanted the assets whose files its tables list"
    : entryFaults(shows, tables)[0];
  if (fault !== undefined) throw new TypeError(`declaring the catalog "${key}": ${fault}`);
}

function entryFaults(shows: DeclaredEntries["shows"], tables: readonly TableDefinition[]): string[] {
  const declared = shows.filter((each): each is ShownTable => each.table !== undefined);
  const isKnown = declared.length === shows.length;
  return [
    ...twice(tables),
    ...tables.flatMap((table) => {
      const shown = declared.filter(({ table: { folder } }) => isWithin(folder, table.location));
      const faults = [
        ownFault(table),
        isKnown && shown.length === 0 ? placeFault(table, declared) : undefined,
        ...shown.map((each) => shownFault(table, each)),
      ];
      return faults.filter((fault) => fault !== undefined).map((fault) => `${nameOf(table)}: ${fault}`);
    }),
    ...declared.filter(({ table: { folder } }) => !tables.some(({ location }) => isWithin(folder, location)))
      .map(({ key, table: { folder } }) => `found "${folder}" of ${key} in no table, wanted it in one`),
  ];
}

/** Whether a path is a table's location, or below it. */
export function isWithin(path: string, location: string): boolean {
  return path === location || path.startsWith(`${location}/`);
}

/** A table as statements name it. */
export function nameOf({ database, name }: TableDefinition): string {
  return `${database}.${name}`;
}

function twice(tables: readonly TableDefinition[]): string[] {
  const names = tables.map((table) => nameOf(table));
  const found = names.find((name, i) => names.findIndex((each) => isSame(each, name)) < i);
  return found === undefined ? [] : [`found the table "${found}" twice, wanted it once`];
}

const isSame = (name: string, other: string) => name.toLowerCase() === other.toLowerCase();

function ownFault({ database, name, format, location, columns, partitionColumns }: TableDefinition) {
  for (const part of [database, name]) {
    if (!/^\w+$/.test(part)) return `found the name "${part}", wanted letters, digits and underscores`;
  }
  if (!FORMATS.includes(format)) return `found the format "${format}", wanted one of ${FORMATS.join(", ")}`;
  const parts = location.split("/");
  if (/^[_.]/.test(location) || !parts.every((part) => /^[\w=.-]+$/.test(part) && !/^\.+$/.test(part))) {
    return `found the location "${location}", wanted a folder or a file below the lake's root, ` +
      "of letters, digits and any of _ = . -";
  }
  return contractFault({ columns, partitionColumns });
}

function placeFault({ location }: TableDefinition, shown: readonly ShownTable[]): string | undefined {
  const folders = shown.map(({ table: { folder } }) => `"${folder}"`);
  if (folders.length === 0) return undefined;
  return `found the location "${location}", wanted the folder of a table that is shown: ${
    folders.join(" or ")
  }`;
}

/** The difference between an entry and the table whose folder it names, or one above it. */
function shownFault(
  { format, location, columns, partitionColumns }: TableDefinition,
  { key, table: { contract, folder } }: ShownTable,
): string | undefined {
  if (format !== "parquet") {
    return `found the format "${format}", wanted "parquet", which ${key} is written in`;
  }
  const fault = columnFault(key, "column", columns, contract.columns);
  if (fault !== undefined || folder !== location) return fault;
  return columnFault(key, "partition column", partitionColumns, contract.partitionColumns);
}

function columnFault(
  key: AssetKey,
  what: string,
  found: readonly Column[],
  wanted: readonly Column[],
): string | undefined {
  const length = Math.max(found.length, wanted.length);
  for (let i = 0; i < length; i++) {
    const [here, there] = [columnText(found[i]), columnText(wanted[i])];
    if (here !== there) return `found the ${what} ${i + 1} ${here}, wanted ${there} as in ${key}`;
  }
}

function columnText(column: Column | undefined): string {
  if (column === undefined) return "missing";
  return `"${column.name}" ${column.type}${column.nullable ? "" : " never null"}`;
}
