import type { Instant, Spool } from "../../../core/mod.ts";
import { entriesIn, isAbsent, type LakeFolder } from "./lake_folder.ts";
import { trouble } from "../../sdk/files/trouble.ts";

const ANSWERS = "_staging/answers";

/** Bytes by key, as files of the lake that are no part of it; a killed process keeps them, a loss of power may not. */
export class LocalSpool implements Spool {
  readonly #folder: LakeFolder;

  constructor(folder: LakeFolder) {
    this.#folder = folder;
  }

  async list(): Promise<readonly string[]> {
    const local = await this.#folder.existing(ANSWERS);
    return local === undefined ? [] : [...namesBelow(local, "")].filter((name) => !isPartial(name));
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
    const partial = `${key}.${crypto.randomUUID()}`;
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

  async discardPartial(before: Instant): Promise<void> {
    const local = await this.#folder.existing(ANSWERS);
    if (local === undefined) return;
    const partial = [...namesBelow(local, "")].filter(isPartial);
    await this.delete(partial.filter((name) => writtenAt(`${local}/${name}`) < before));
  }

  #local(key: string): string {
    return this.#folder.at(`${ANSWERS}/${key}`);
  }
}

/** Whether a file is being written, or never was whole: keys have no dot. */
function isPartial(name: string): boolean {
  return name.includes(".");
}

function* namesBelow(local: string, prefix: string): Iterable<string> {
  for (const { name, isDirectory } of entriesIn(local)) {
    if (isDirectory) yield* namesBelow(`${local}/${name}`, `${prefix}${name}/`);
    else yield prefix + name;
  }
}

/** When the file was written last; never, if it is gone. */
function writtenAt(local: string): Instant {
  try {
    return Deno.statSync(local).mtime?.getTime() ?? 0;
  } catch (error) {
    if (isAbsent(error)) return Infinity;
    throw error;
  }
}
