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

/**
 * The views of one database: every file is one by being there, after the tables and views that it reads. What it reads
 * and is not there, or reads it in turn, is no dependency: its binding fails.
 *
 * @throws {RefusedError} If a view has the name of one of the database's tables.
 */
export function views(files: readonly ViewFile[], database: ViewDatabase): Asset<Resources>[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const made = new Map<string, Asset<Resources> | "begun">(Object.entries(database.tables));
  const taken = files.find(({ name }) => made.has(name));
  if (taken !== undefined) {
    throw new RefusedError(
      `declaring a view: found the file "${taken.path}", wanted another name than the table's`,
    );
  }

  const prefix = `${database.name}.`;
  const own = (read: string) => read.startsWith(prefix) ? read.slice(prefix.length) : read;
  const make = (name: string): Asset<Resources> | undefined => {
    const known = made.get(name);
    if (known !== undefined) return known === "begun" ? undefined : known;
    const file = byName.get(name);
    if (file === undefined) return undefined;
    made.set(name, "begun");
    const read = new Set(file.reads.map((read) => own(read)));
    const deps = [...read].flatMap((read): [string, Dependency][] => {
      const asset = make(read);
      return asset === undefined ? [] : [[read, from(asset, identity, { mode: "order" })]];
    });
    const view = viewAsset(file, database.name, Object.fromEntries(deps));
    made.set(name, view);
    return view;
  };

  return files.map(({ name }) => make(name)!);
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
  deps: Readonly<Record<string, Dependency>>,
): Asset<Resources> {
  const definition: ViewDefinition = { type: "view", database, name, statement };
  return define.asset({
    key: viewKey({ database, name }),
    description: statement.match(/^-- (.*)$/m)?.[1] ?? "",
    kind: "view",
    entries: [definition],
    deps,
    sources: [sourceFile(path, { name: `sql/views/${name}.sql` })],
    checks: [{
      checks: [{ name: "binds", severity: "blocking" }],
      async run({ resources: { views }, signal }) {
        const fault = await views.bind(definition, signal);
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

/** The place of a fault as editors open it: `sql/views/by_day.sql:2:8`. */
function placeOf(path: string, { line, column }: ViewFault): string {
  return line === undefined ? path : `${path}:${line}:${column}`;
}
