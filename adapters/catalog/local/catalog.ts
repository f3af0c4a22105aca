import type { BrokenEntry, Catalog, Definition } from "../../../core/ports/catalog.ts";
import type { ObjectStore } from "../../../core/ports/object_store.ts";
import type { Staged } from "../../../core/ports/publisher.ts";
import { readDefinition } from "./definition.ts";

/** Hidden from the lake's readers by its underscore. */
const FOLDER = "_catalog";
const ENTRY = new RegExp(`^${FOLDER}/(\\w+)/(\\w+)\\.json$`);

/** Definitions as JSON files of the lake, one each: `_catalog/<database>/<name>.json`. */
export class LocalCatalog implements Catalog {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async stage(definition: Definition, staging: string): Promise<Staged> {
    const { database, name } = definition;
    const temporary = `${staging}/${database}.${name}.json`;
    const text = `${JSON.stringify(definition, null, 2)}\n`;
    const written = await this.#store.write(temporary, new TextEncoder().encode(text));
    return { final: entryPath(database, name), temporary, written };
  }

  async list(): Promise<(Definition | BrokenEntry)[]> {
    const found: (Definition | BrokenEntry)[] = [];
    for (const path of await this.#store.list(FOLDER)) {
      const [, database, name] = ENTRY.exec(path) ?? [];
      if (database !== undefined) found.push(await this.#read(path, database, name!));
    }
    return found;
  }

  async #read(path: string, database: string, name: string): Promise<Definition | BrokenEntry> {
    let text: string;
    try {
      text = new TextDecoder().decode(await this.#store.read(path));
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error);
      return { type: "broken", database, name, problem: `reading "${path}": ${found}` };
    }
    return readDefinition(path, { database, name }, text);
  }
}

/** The file of a definition, below the lake's root. @throws {TypeError} If a name leads elsewhere. */
export function entryPath(database: string, name: string): string {
  for (const part of [database, name]) {
    if (!/^\w+$/.test(part)) {
      throw new TypeError(`naming a table: found "${part}", wanted letters, digits and underscores`);
    }
  }
  return `${FOLDER}/${database}/${name}.json`;
}
