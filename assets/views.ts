import {
  type Asset,
  type AssetKey,
  canonicalJson,
  type Dependency,
  from,
  identity,
  RefusedError,
  sha256,
  sourceFile,
  type ViewDefinition,
  type ViewFault,
} from "../core/mod.ts";
import { define, type Resources } from "./resources.ts";

/** A file of `sql/views`: its name without `.sql`, and the tables and views that its statement names. */
export interface ViewFile {
  /** Below the project. */
  readonly path: string;
  readonly name: string;
  readonly statement: string;
  readonly reads: readonly string[];
}

/** A view by its database and its own name. */
export type ViewName = Pick<ViewDefinition, "database" | "name">;

/** A database in which every view is made, and the catalog assets of its tables. */
export interface ViewDatabase {
  readonly name: string;
  readonly tables: Readonly<Record<string, Asset<Resources>>>;
}

/** A table or view that views read: the asset that makes it, and its version, another one wherever its columns may be others. */
interface Readable {
  readonly asset: Asset<Resources>;
  readonly version: string;
}

/**
 * The views of one database: every file is one by being there, after the tables and views that it reads. The columns of
 * those tables and the statements of those views, however far up, are part of its code: when they change it is bound
 * anew. What it reads and is not there, or reads it in turn, is no dependency: its binding fails.
 *
 * @throws {RefusedError} If a view has the name of one of the database's tables.
 */
export function views(files: readonly ViewFile[], database: ViewDatabase): Asset<Resources>[] {
  const byName = new Map(files.map((file) => [nameOf(file), file]));
  const made = new Map<string, Readable | "begun">(
    Object.entries(database.tables).map(([name, asset]) => [
      name.toLowerCase(),
      { asset, version: tableVersion(asset, database.name, name) },
    ]),
  );
  const taken = files.find((file) => made.has(nameOf(file)));
  if (taken !== undefined) {
    throw new RefusedError(
      `declaring a view: found the file "${taken.path}", wanted another name than the table's`,
    );
  }

  const prefix = `${database.name}.`.toLowerCase();
  const own = (read: string) => {
    const name = read.toLowerCase();
    return name.startsWith(prefix) ? name.slice(prefix.length) : name;
  };
  const make = (name: string): Readable | undefined => {
    const known = made.get(name);
    if (known !== undefined) return known === "begun" ? undefined : known;
    const file = byName.get(name);
    if (file === undefined) return undefined;
    made.set(name, "begun");
    const names = [...new Set(file.reads.map(own))];
    const read = Object.fromEntries(names.map((name) => [name, make(name)]));
    const view = { asset: viewAsset(file, database.name, read), version: viewVersion(file, read) };
    made.set(name, view);
    return view;
  };

  return files.map((file) => make(nameOf(file))!.asset);
}

/** The key of a view's asset. */
function viewKey({ database, name }: ViewName): AssetKey {
  return `view/${database}.${name}`;
}

/** The view that an asset's key names; undefined where it names something else. */
export function viewOf(key: AssetKey): ViewName | undefined {
  const [, database, name] = /^view\/([^.]+)\.(.+)$/.exec(key) ?? [];
  return database === undefined || name === undefined ? undefined : { database, name };
}

function viewAsset(
  { path, name, statement }: ViewFile,
  database: string,
  read: Readonly<Record<string, Readable | undefined>>,
): Asset<Resources> {
  const deps = Object.entries(read).flatMap(([name, readable]): [string, Dependency][] =>
    readable === undefined ? [] : [[name, from(readable.asset, identity, { mode: "order" })]]
  );
  const definition: ViewDefinition = { type: "view", database, name, statement };
  return define.asset({
    key: viewKey({ database, name }),
    description: statement.match(/^-- (.*)$/m)?.[1] ?? "",
    kind: "view",
    code: sha256(canonicalJson(versionsOf(read))).slice(0, 16),
    entries: [definition],
    deps: Object.fromEntries(deps),
    sources: [sourceFile(path, { name: `sql/views/${name}.sql` })],
    checks: [{
      checks: [{ name: "binds", severity: "blocking" }],
      async run({ resources: { binder }, signal }) {
        const fault = await binder.bind(definition, signal);
        const answer = { check: "binds", partition: 0 };
        return [
          fault === undefined
            ? { ...answer, passed: true }
            : { ...answer, passed: false, detail: `${placeOf(path, fault)}: ${fault.message}` },
        ];
      },
    }],
    async *materialize({ resources: { catalog }, staging }) {
      const staged = [await catalog.stage(definition, staging)];
      yield [{ partition: 0, dataVersion: sha256(canonicalJson(definition)).slice(0, 32), staged }];
    },
  });
}

const nameOf = ({ name }: ViewFile) => name.toLowerCase();

/** The version of each that is read; null for what is not there. */
function versionsOf(read: Readonly<Record<string, Readable | undefined>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(read).map(([name, readable]) => [name, readable?.version ?? null]),
  );
}

/** Other columns give another one; other rows do not. */
function tableVersion({ entries, code }: Asset<Resources>, database: string, name: string): string {
  const table = entries.find((entry) => entry.database === database && entry.name === name);
  if (table?.type !== "table") return code;
  return sha256(canonicalJson([table.columns, table.partitionColumns]));
}

function viewVersion({ statement }: ViewFile, read: Readonly<Record<string, Readable | undefined>>): string {
  return sha256(canonicalJson([statement, versionsOf(read)]));
}

/** The place of a fault as editors open it: `sql/views/by_day.sql:2:8`. */
function placeOf(path: string, { line, column }: ViewFault): string {
  return line === undefined ? path : `${path}:${line}:${column}`;
}
