import {
  type Asset,
  type AssetKey,
  canonicalJson,
  type Condition,
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

/** A database in which every view is made. */
export interface ViewDatabase {
  readonly name: string;
  readonly owners?: readonly string[];
  /** When they are made by themselves. @default never */
  readonly automation?: Condition;
}

/** A view by its database and its own name. */
export type ViewName = Pick<ViewDefinition, "database" | "name">;

/** An asset that makes a view. Its dependencies and its code are known once all groups are loaded. */
export interface ViewAsset extends Asset<Resources> {
  readonly view: DeclaredView;
}

/** A view as its file declares it. */
export interface DeclaredView {
  readonly file: ViewFile;
  readonly database: string;
  /** The tables and views that it reads and that no asset makes, with their databases. */
  unmade: readonly string[];
}

/**
 * The views of one database: every file is one by being there. Each depends on the assets that make the tables and views
 * that its statement names, of this database or, with a name before the dot, of any other. They are of the group in whose
 * folder of `sql/views` they lie.
 */
export function views(files: readonly ViewFile[], database: ViewDatabase): ViewAsset[] {
  return files.map((file) => viewAsset({ file, database: database.name, unmade: [] }, database));
}

/** The view that an asset's key names; undefined where it names something else. */
export function viewOf(key: AssetKey): ViewName | undefined {
  const [, database, name] = /^view\/([^.]+)\.(.+)$/.exec(key) ?? [];
  return database === undefined || name === undefined ? undefined : { database, name };
}

function viewAsset(view: DeclaredView, { automation, owners }: ViewDatabase): ViewAsset {
  const { file: { path, name, statement }, database } = view;
  const definition: ViewDefinition = { type: "view", database, name, statement };
  const group = path.split("/").at(-2);
  const asset = define.asset({
    key: `view/${database}.${name}`,
    description: statement.match(/^-- (.*)$/m)?.[1] ?? "",
    kind: "view",
    ...(group !== undefined && { group }),
    ...(automation && { automation }),
    ...(owners && { owners }),
    entries: [definition],
    sources: [sourceFile(path, { name: `sql/views/${name}.sql` })],
    checks: [{
      checks: [{ name: "binds", severity: "blocking" }],
      async run({ resources: { binder }, signal }) {
        const fault = await binder.bind(definition, signal) ?? unmadeFault(view);
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
  return { ...asset, view };
}

/** An entry that lies in the catalog still, or was put there by others, is nothing to rely on. */
function unmadeFault({ unmade: [first] }: DeclaredView): ViewFault | undefined {
  return first === undefined ? undefined : { message: `it reads "${first}", which no asset makes` };
}

/** The place of a fault as editors open it: `sql/views/by_day.sql:2:8`. */
function placeOf(path: string, { line, column }: ViewFault): string {
  return line === undefined ? path : `${path}:${line}:${column}`;
}
