import type { ObjectStore, Written } from "../../../core/mod.ts";
import { digestOf } from "./digest.ts";
import { entriesIn, isAbsent, type LakeFolder, readFile } from "./lake_folder.ts";
import { trouble } from "../../sdk/files/trouble.ts";

/** The files of a lake that is a folder. */
export class LocalObjectStore implements ObjectStore {
  readonly #folder: LakeFolder;

  constructor(folder: LakeFolder) {
    this.#folder = folder;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const local = await this.#folder.existing(path);
    if (local === undefined) return undefined;
    try {
      return await readFile(local);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw new Error(trouble(`reading "${path}"`, this.#folder.root, error), { cause: error });
    }
  }

  async write(path: string, bytes: Uint8Array): Promise<Written> {
    try {
      await this.#folder.write(path, bytes);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      await Deno.remove(this.#folder.at(path)).catch(() => {});
      throw new Error(trouble(`writing "${path}"`, this.#folder.root, error), { cause: error });
    }
    return await digestOf(bytes);
  }

  async list(folder: string): Promise<string[]> {
    const local = await this.#folder.existing(folder);
    const paths = local === undefined ? [] : this.#filesBelow(folder, local);
    return paths.sort((a, b) => (a < b ? -1 : 1));
  }

  async folders(folder: string): Promise<string[]> {
    const local = await this.#folder.existing(folder);
    const found = local === undefined ? [] : entriesIn(local).filter(({ isDirectory }) => isDirectory);
    return found.map(({ name }) => name).sort();
  }

  #filesBelow(folder: string, local: string): string[] {
    const paths: string[] = [];
    for (const entry of entriesIn(local)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isFile) paths.push(path);
      else if (entry.isDirectory) paths.push(...this.#filesBelow(path, `${local}/${entry.name}`));
    }
    return paths;
  }
}
