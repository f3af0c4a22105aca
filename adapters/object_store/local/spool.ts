import type { Instant, Milliseconds, Spool } from "../../../core/mod.ts";
import { entriesIn, isAbsent, type LakeFolder, readFile } from "./lake_folder.ts";
import { trouble } from "../../sdk/files/trouble.ts";

const ANSWERS = "_staging/answers";

/** Bytes by key, as files of the lake that are no part of it; a killed process keeps them, a loss of power may not. */
export class LocalSpool implements Spool {
  readonly #folder: LakeFolder;

  constructor(folder: LakeFolder) {
    this.#folder = folder;
  }

  async list(prefix = ""): Promise<readonly string[]> {
    return (await this.#names(prefix)).filter((name) => !isPartial(name));
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const local = this.#local(key);
    try {
      return await readFile(local);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw this.#failed("reading an answer that was kept", error);
    }
  }

  async put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const partial = `${key}.${crypto.randomUUID()}`;
    try {
      await this.#folder.write(`${ANSWERS}/${partial}`, bytes);
      await Deno.rename(this.#local(partial), this.#local(key));
    } catch (error) {
      throw this.#failed("keeping an answer", error);
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await Deno.remove(this.#local(key)).catch((error) => {
        if (!isAbsent(error)) throw this.#failed("deleting an answer that was kept", error);
      });
    }
    this.#folder.removeEmptyFoldersOf(keys.map((key) => `${ANSWERS}/${key}`));
  }

  async discardPartial(age: Milliseconds): Promise<void> {
    const partial = (await this.#names("")).filter(isPartial);
    if (partial.length === 0) return;
    const before = await this.#now() - age;
    await this.delete(partial.filter((name) => writtenAt(this.#local(name)) <= before));
  }

  /** The time that a file gets which is written now: a lake may live faster than the machine. Before all, if none can be. */
  async #now(): Promise<Instant> {
    const name = `now.${crypto.randomUUID()}`;
    try {
      await this.#folder.write(`${ANSWERS}/${name}`, new Uint8Array());
      return writtenAt(this.#local(name));
    } catch {
      return -Infinity;
    } finally {
      await this.delete([name]).catch(() => {});
    }
  }

  async #names(prefix: string): Promise<readonly string[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    try {
      const local = await this.#folder.existing(`${ANSWERS}/${folder}`.slice(0, -1));
      const names = local === undefined ? [] : [...namesBelow(local, folder)];
      return names.filter((name) => name.startsWith(prefix));
    } catch (error) {
      throw this.#failed("looking for answers that were kept", error);
    }
  }

  #failed(action: string, error: unknown): Error {
    return new Error(trouble(action, `${this.#folder.root}/${ANSWERS}`, error), { cause: error });
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
