import {
  type BrokenEntry,
  type Catalog,
  type Definition,
  type FileRef,
  type ObjectStore,
  type Publisher,
  sha256,
  type Staged,
} from "../../../core/mod.ts";

/** Hidden from the lake's readers by its underscore. */
const FOLDER = "_catalog";
const ENTRY = new RegExp(`^${FOLDER}/(\\w+)/(\\w+)\\.json$`);

/** Definitions as JSON files of the lake, one each: `_catalog/<database>/<name>.json`. */
export class LocalCatalog implements Catalog {
  readonly #store: ObjectStore;
  readonly #publisher: Publisher;

  constructor({ store, publisher }: { readonly store: ObjectStore; readonly publisher: Publisher }) {
    this.#store = store;
    this.#publisher = publisher;
  }

  async stage(definition: Definition, staging: string): Promise<Staged> {
    const { database, name } = definition;
    const temporary = `${staging}/${database}.${name}.json`;
    const text = `${JSON.stringify(definition, null, 2)}\n`;
    const written = await this.#store.write(temporary, new TextEncoder().encode(text));
    return { final: entryPath(database, name), temporary, written };
  }

  async list(published: readonly FileRef[] = []): Promise<(Definition | BrokenEntry)[]> {
    const hashes = new Map(published.map(({ path, hash }) => [path, hash]));
    const found: (Definition | BrokenEntry)[] = [];
    for (const path of await this.#store.list(FOLDER)) {
      const [, database, name] = ENTRY.exec(path) ?? [];
      if (database === undefined) continue;
      found.push(await this.#read(path, { database, name: name! }, hashes.get(path)));
    }
    return found;
  }

  async drop({ database, name }: { readonly database: string; readonly name: string }): Promise<void> {
    // As it stands: states of earlier versions did not record the files of views.
    const found = await this.#publisher.found([entryPath(database, name)]);
    await this.#publisher.remove(found.filter((file) => file !== undefined));
  }

  async #read(
    path: string,
    entry: { readonly database: string; readonly name: string },
    published: string | undefined,
  ): Promise<Definition | BrokenEntry> {
    const broken = (found: string): BrokenEntry => ({
      type: "broken",
      ...entry,
      path,
      problem: `reading "${path}": ${found}`,
    });
    try {
      const bytes = await this.#store.read(path) ?? new Uint8Array(0);
      // Validating costs more to load than a command that asks for no table may take.
      const { readDefinition } = await import("./definition.ts");
      const definition = readDefinition(path, entry, new TextDecoder().decode(bytes));
      if (definition.type === "broken" || published === undefined) return definition;
      return sha256(bytes) === published
        ? definition
        : broken("found other bytes, wanted the definition that was published");
    } catch (error) {
      return broken(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The file of a definition, below the lake's root. @throws {TypeError} If a name leads elsewhere. */
function entryPath(database: string, name: string): string {
  for (const part of [database, name]) {
    if (!/^\w+$/.test(part)) {
      throw new TypeError(`naming a table: found "${part}", wanted letters, digits and underscores`);
    }
  }
  return `${FOLDER}/${database}/${name}.json`;
}
