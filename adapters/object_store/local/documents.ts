import { type Documents, sha256, type VersionedText } from "../../../core/mod.ts";
import { trouble } from "../../sdk/files/trouble.ts";
import { isAbsent, type LakeFolder, readFile } from "./lake_folder.ts";
import { notAFolder } from "./make.ts";

/** Documents as files of the lake. A version is the SHA-256 of the text. */
export class LocalDocuments implements Documents {
  readonly #folder: LakeFolder;

  constructor(folder: LakeFolder) {
    this.#folder = folder;
  }

  async read(path: string): Promise<VersionedText | undefined> {
    try {
      return versioned(new TextDecoder().decode(await readFile(this.#folder.at(path))));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      if (error instanceof Deno.errors.NotADirectory) throw notAFolder(this.#folder.root);
      throw error;
    }
  }

  async swap(path: string, text: string, version: string | null): Promise<boolean> {
    const temporary = `${path}.${crypto.randomUUID()}`;
    try {
      await this.#write(temporary, text);
      const written = version === null
        ? this.#create(temporary, path)
        : await this.#replace(temporary, path, version);
      if (written) await this.#folder.syncEntriesOf([path]);
      return written;
    } catch (error) {
      const { root } = this.#folder;
      throw new Error(trouble(`writing "${root}/${path}"`, root, error), { cause: error });
    } finally {
      await Deno.remove(this.#folder.at(temporary)).catch(() => {});
    }
  }

  async #write(path: string, text: string): Promise<void> {
    await this.#folder.write(path, new TextEncoder().encode(text));
    using file = await Deno.open(this.#folder.at(path));
    await file.sync();
  }

  /** A link is never made over another file. */
  #create(temporary: string, path: string): boolean {
    try {
      Deno.linkSync(this.#folder.at(temporary), this.#folder.at(path));
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      throw error;
    }
  }

  /** Renames under a lock on the file that is replaced: who waited for it finds another file in its place. */
  async #replace(temporary: string, path: string, version: string): Promise<boolean> {
    const local = this.#folder.at(path);
    try {
      using file = await Deno.open(local, { read: true, write: true });
      await file.lock(true);
      const [held, standing] = await Promise.all([file.stat(), Deno.stat(local)]);
      if (held.ino !== standing.ino || (await this.read(path))?.version !== version) return false;
      await Deno.rename(this.#folder.at(temporary), local);
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }
}

function versioned(text: string): VersionedText {
  return { text, version: sha256(text) };
}
