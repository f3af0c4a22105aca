import { type Asset, type Dependency, from, sourceFile } from "../../core/asset.ts";
import { sha256 } from "../../core/fingerprint.ts";
import { identity } from "../../core/mapping.ts";
import { define, type Resources } from "../resources.ts";

/** A file of `sql/views`, by its name without `.sql`, and the tables and views that its statement names. */
export interface ViewFile {
  readonly name: string;
  readonly statement: string;
  readonly reads: readonly string[];
}

/** A database in which every view is made, and the catalog asset of its `vietnam`. */
export interface ViewDatabase {
  readonly name: string;
  readonly catalog: Asset<Resources>;
}

/**
 * The views of one database: every file is one by being there, after the tables and views that it reads.
 *
 * @throws {TypeError} If a view reads what is neither `vietnam` nor a view, or itself through others.
 */
export function views(files: readonly ViewFile[], database: ViewDatabase): Asset<Resources>[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const made = new Map<string, Asset<Resources> | "begun">([["vietnam", database.catalog]]);

  const make = (name: string, by: string): Asset<Resources> => {
    const known = made.get(name);
    if (known === "begun") throw new TypeError(`declaring "${by}": it reads itself, through "${name}"`);
    if (known !== undefined) return known;
    const file = byName.get(name);
    if (file === undefined) {
      throw new TypeError(`declaring "${by}": it reads "${name}", wanted "vietnam" or a view`);
    }
    made.set(name, "begun");
    const key = `view/${database.name}.${name}`;
    const deps = file.reads.map((read): [string, Dependency] => [
      read,
      from(make(read, key), identity, { mode: "order" }),
    ]);
    const view = viewAsset(key, file, database.name, Object.fromEntries(deps));
    made.set(name, view);
    return view;
  };

  return files.map(({ name }) => make(name, name));
}

function viewAsset(
  key: string,
  { name, statement }: ViewFile,
  database: string,
  deps: Readonly<Record<string, Dependency>>,
): Asset<Resources> {
  return define.asset({
    key,
    description: statement.match(/^-- (.*)$/m)?.[1] ?? "",
    kind: "view",
    deps,
    sources: [sourceFile(`sql/views/${name}.sql`)],
    async *materialize({ resources: { catalog } }) {
      await catalog.put({ type: "view", database, name, statement });
      yield [{ partition: 0, dataVersion: sha256(statement).slice(0, 32) }];
    },
  });
}
