import { hash } from "node:crypto";
import type { FileRef, Written } from "../../../core/mod.ts";

/** A file of the cache. */
interface Entry {
  readonly path: string;
  readonly size: number;
  readonly used: number;
}

/** Files of a bucket on this machine, by their hashes, up to so many bytes: those used last stay. */
export class LocalCache {
  #size: number | undefined;

  constructor(readonly folder: string, readonly most: number) {}

  /**
   * Puts a file at a local path, fetched where it is not here; nothing is there afterwards where it is gone or other than
   * it is recorded.
   */
  async place(ref: FileRef, local: string, fetch: () => Promise<Uint8Array | undefined>): Promise<void> {
    const cached = this.#at(ref.hash);
    if (await this.#isWhole(ref) && await linked(cached, local)) {
      await Deno.utime(cached, new Date(), new Date()).catch(() => {});
      return;
    }
    const bytes = await fetch();
    if (bytes?.length !== ref.size || hash("sha256", bytes) !== ref.hash) return;
    await this.add(bytes);
    if (!await linked(cached, local)) await Deno.writeFile(local, bytes);
  }

  /** The bytes of a file that is here, whole. */
  async read(ref: Written): Promise<Uint8Array | undefined> {
    try {
      const bytes = await Deno.readFile(this.#at(ref.hash));
      return hash("sha256", bytes) === ref.hash ? bytes : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Keeps bytes, which the bucket has, if there is room for them here. */
  async add(bytes: Uint8Array): Promise<Written> {
    const written = { size: bytes.length, hash: hash("sha256", bytes) };
    const local = `${this.folder}/.${crypto.randomUUID()}`;
    try {
      await Deno.mkdir(this.folder, { recursive: true });
      await Deno.writeFile(local, bytes);
      await this.take(written, local);
    } catch {
      // It is fetched where it is needed.
    } finally {
      await Deno.remove(local).catch(() => {});
    }
    return written;
  }

  /** Keeps a local file that nobody changes any more. */
  async take({ size, hash }: Written, local: string): Promise<void> {
    await Deno.mkdir(this.folder, { recursive: true });
    using file = await Deno.open(local);
    await file.sync();
    if (await linked(local, this.#at(hash))) await this.#grow(size);
  }

  /** One of another size was cut short, as by a loss of power. */
  async #isWhole({ size, hash }: Written): Promise<boolean> {
    const found = await Deno.stat(this.#at(hash)).catch(() => undefined);
    if (found === undefined) return false;
    if (found.size === size) return true;
    await Deno.remove(this.#at(hash)).catch(() => {});
    return false;
  }

  async #grow(size: number): Promise<void> {
    this.#size = (this.#size ?? sumOf(await this.#entries())) + size;
    if (this.#size <= this.most) return;
    const entries = (await this.#entries()).sort((a, b) => a.used - b.used);
    this.#size = sumOf(entries);
    for (const { path, size } of entries) {
      if (this.#size <= this.most / 2) return;
      await Deno.remove(path).catch(() => {});
      this.#size -= size;
    }
  }

  async #entries(): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const { name } of Deno.readDir(this.folder)) {
      const path = this.#at(name);
      const found = await Deno.stat(path).catch(() => undefined);
      if (found !== undefined) entries.push({ path, size: found.size, used: found.mtime?.getTime() ?? 0 });
    }
    return entries;
  }

  #at(name: string): string {
    return `${this.folder}/${name}`;
  }
}

const sumOf = (entries: readonly Entry[]) => entries.reduce((sum, { size }) => sum + size, 0);

/** Gives a file a further name. @returns Whether it could: not where it is gone, or has it already. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await Deno.link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (error instanceof Deno.errors.AlreadyExists) return true;
    throw error;
  }
}
