import { isAbsent, type LakeFolder } from "./lake_folder.ts";
import { trouble } from "../../sdk/files/trouble.ts";

const ANSWERS = "_staging/answers";

/** Bytes by key, as files of the lake that are no part of it; a killed process keeps them, a loss of power may not. */
export class LocalSpool {
  readonly #folder: LakeFolder;

  constructor(folder: LakeFolder) {
    this.#folder = folder;
  }

  async list(): Promise<readonly string[]> {
    const local = await this.#folder.existing(ANSWERS);
    return local === undefined ? [] : [...keysBelow(local, "")];
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      return await Deno.readFile(this.#local(key));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const partial = `${key}.${Deno.pid}`;
    try {
      await this.#folder.write(`${ANSWERS}/${partial}`, bytes);
      await Deno.rename(this.#local(partial), this.#local(key));
    } catch (error) {
      throw new Error(trouble("keeping an answer", this.#folder.root, error), { cause: error });
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await Deno.remove(this.#local(key)).catch((error) => {
        if (!isAbsent(error)) throw error;
      });
    }
    this.#folder.removeEmptyFoldersOf(keys.map((key) => `${ANSWERS}/${key}`));
  }

  #local(key: string): string {
    return this.#folder.at(`${ANSWERS}/${key}`);
  }
}

/** Files without a dot in their names: the others are being written, or never were whole. */
function* keysBelow(local: string, prefix: string): Iterable<string> {
  for (const { name, isDirectory } of Deno.readDirSync(local)) {
    if (isDirectory) yield* keysBelow(`${local}/${name}`, `${prefix}${name}/`);
    else if (!name.includes(".")) yield prefix + name;
  }
}
