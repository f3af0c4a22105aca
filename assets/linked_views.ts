import {
  type AnyAsset,
  canonicalJson,
  type Definition,
  from,
  identity,
  RefusedError,
  sha256,
} from "../core/mod.ts";
import type { ViewAsset, ViewFile } from "./views.ts";

/** An entry of the catalog: the asset that makes it, and its version, another one wherever its columns may be others. */
interface Readable {
  readonly asset: AnyAsset;
  readonly version: string;
}

/** The tables that a view reads, by their names in the view's database; undefined for what is not made before it. */
type Read = Readonly<Record<string, Readable | undefined>>;

/**
 * Links the views among the assets of a graph to what they read: each depends on the assets whose entries its statement
 * names. The columns of those tables and the statements of those views, however far up, are part of its code: when they
 * change it is bound anew. What no asset makes, or reads the view in turn, is no dependency: its binding fails.
 *
 * @throws {RefusedError} If two assets make one entry.
 */
export function linkViews(assets: readonly AnyAsset[]): void {
  const makers = makersOf(assets);
  const linked = new Map<string, Readable | "begun">();
  const readable = (name: string): Readable | undefined => {
    const known = linked.get(name);
    if (known !== undefined) return known === "begun" ? undefined : known;
    const maker = makers.get(name);
    if (maker === undefined) return undefined;
    const { asset, entry } = maker;
    linked.set(name, "begun");
    const made = { asset, version: isView(asset) ? link(asset) : versionOf(entry) };
    linked.set(name, made);
    return made;
  };
  const link = (asset: ViewAsset): string => {
    const { file, database } = asset.view;
    const names = [...new Set(file.reads.map((name) => ownName(name, database)))];
    const whole = (name: string) => name.includes(".") ? name : `${database}.${name}`.toLowerCase();
    const read: Read = Object.fromEntries(names.map((name) => [name, readable(whole(name))]));
    const deps = Object.entries(read).flatMap(([name, made]) =>
      made === undefined ? [] : [[name, from(made.asset, identity, { mode: "order" })]]
    );
    const code = sha256(canonicalJson(versionsOf(read))).slice(0, 16);
    Object.assign(asset, { deps: Object.fromEntries(deps), code });
    asset.view.unmade = names.map(whole).filter((name) => !makers.has(name));
    return viewVersion(file, read);
  };
  for (const name of makers.keys()) readable(name);
}

type Maker = { readonly asset: AnyAsset; readonly entry: Definition };

/** The asset that makes each entry of the catalog, by its whole name in lower case. */
function makersOf(assets: readonly AnyAsset[]): ReadonlyMap<string, Maker> {
  const makers = new Map<string, Maker>();
  for (const asset of assets) {
    for (const entry of asset.entries) {
      const name = `${entry.database}.${entry.name}`.toLowerCase();
      const other = makers.get(name);
      if (other !== undefined) throw new RefusedError(takenText(name, asset, other.asset));
      makers.set(name, { asset, entry });
    }
  }
  return makers;
}

function takenText(name: string, ...both: readonly AnyAsset[]): string {
  const view = both.find(isView);
  return view === undefined
    ? `declaring the catalog: found "${name}" of ${
      both.map(({ key }) => key).join(" and ")
    }, wanted it of one`
    : `declaring a view: found the file "${view.view.file.path}", wanted another name than the table's`;
}

function isView(asset: AnyAsset): asset is ViewAsset {
  return "view" in asset;
}

/** A name as the database's own views write it, in lower case: that of another database keeps its own before the dot. */
function ownName(read: string, database: string): string {
  const [name, prefix] = [read.toLowerCase(), `${database}.`.toLowerCase()];
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** The version of each that is read; null for what is not there. */
function versionsOf(read: Read): Record<string, string | null> {
  return Object.fromEntries(Object.entries(read).map(([name, made]) => [name, made?.version ?? null]));
}

/** Other columns give another one; other rows do not. */
function versionOf(entry: Definition): string {
  const told = entry.type === "table" ? [entry.columns, entry.partitionColumns] : entry.statement;
  return sha256(canonicalJson(told));
}

function viewVersion({ statement }: ViewFile, read: Read): string {
  return sha256(canonicalJson([statement, versionsOf(read)]));
}
