import { join } from "@std/path";
import { trouble } from "../../sdk/files/trouble.ts";
import type { Catalog, Definition } from "../../../core/ports/catalog.ts";

/** Hidden from the lake's readers by its underscore. */
const FOLDER = "_catalog";

/**
 * Definitions as JSON files of the lake, one each: `_catalog/<database>/<name>.json`, replaced whole. Who writes one has
 * the claim on it, so that what a killed process left half-written is written over by the next.
 */
export class LocalCatalog implements Catalog {
  readonly #folder: string;

  constructor(root: string) {
    this.#folder = join(root, FOLDER);
  }

  async put(definition: Definition): Promise<void> {
    const path = this.#path(definition.database, definition.name);
    const temporary = `${path}.partial`;
    try {
      await Deno.mkdir(join(this.#folder, definition.database), { recursive: true });
      using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
      await file.write(new TextEncoder().encode(`${JSON.stringify(definition, null, 2)}\n`));
      await file.sync();
      await Deno.rename(temporary, path);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      const action = `defining "${definition.database}.${definition.name}"`;
      throw new Error(trouble(action, this.#folder, error), { cause: error });
    }
  }

  async get(database: string, name: string): Promise<Definition | undefined> {
    const path = this.#path(database, name);
    try {
      return read(path, await Deno.readTextFile(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  async drop(database: string, name: string): Promise<void> {
    await Deno.remove(this.#path(database, name)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }

  async list(): Promise<readonly Definition[]> {
    const found: Definition[] = [];
    for (const database of names(this.#folder)) {
      for (const file of names(join(this.#folder, database))) {
        if (!file.endsWith(".json")) continue;
        const definition = await this.get(database, file.slice(0, -".json".length));
        if (definition !== undefined) found.push(definition);
      }
    }
    return found;
  }

  #path(database: string, name: string): string {
    for (const part of [database, name]) {
      if (!/^\w+$/.test(part)) {
        throw new TypeError(`naming a table: found "${part}", wanted letters, digits and underscores`);
      }
    }
    return join(this.#folder, database, `${name}.json`);
  }
}

/** The names in a folder, ascending; none where there is no such folder. */
function names(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function read(path: string, text: string): Definition {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`reading "${path}": no JSON, wanted a table's or a view's definition`, { cause });
  }
}
