import { hash } from "node:crypto";

/** An object as it is read. */
export interface Stored {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names these bytes. */
  readonly etag: string;
  /** How many objects had been written before. */
  readonly written: number;
}

/** When an object is written: only in the place of the one of an etag, or, with null, only where there is none. */
export type Condition = { readonly replaces: string | null };

/** Objects by key in memory, as S3 keeps them: no folders, no renames, conditional writes, listing by page. */
export class Bucket {
  readonly #objects = new Map<string, Stored>();
  #written = 0;
  /** How many changes are made before every further one fails, as after a kill. */
  changesLeft = Infinity;

  async get(key: string): Promise<Stored | undefined> {
    await null;
    return this.#objects.get(key);
  }

  /** @returns Whether the condition held. */
  async put(key: string, bytes: Uint8Array, condition?: Condition): Promise<boolean> {
    await null;
    const found = this.#objects.get(key)?.etag ?? null;
    if (condition !== undefined && condition.replaces !== found) return false;
    this.#change();
    this.#objects.set(key, { bytes: bytes.slice(), etag: hash("md5", bytes), written: this.#written++ });
    return true;
  }

  async delete(key: string): Promise<void> {
    await null;
    this.#change();
    this.#objects.delete(key);
  }

  #change(): void {
    if (this.changesLeft-- <= 0) throw new Error("killed");
  }

  /** Some keys that begin with a prefix, after one of them, ascending; how many is the bucket's business. */
  async page(prefix: string, after = ""): Promise<readonly string[]> {
    await null;
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && key > after);
    return keys.sort().slice(0, 3);
  }

  async list(prefix: string): Promise<string[]> {
    const found: string[] = [];
    for (let page = await this.page(prefix); page.length > 0; page = await this.page(prefix, page.at(-1))) {
      found.push(...page);
    }
    return found;
  }
}
