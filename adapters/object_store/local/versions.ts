import type { FileRef, KeptFile, Versions } from "../../../core/mod.ts";
import { keptFolder, keptOf, keptPath } from "../paths.ts";
import { digestAt } from "./digest.ts";
import { each } from "../each.ts";
import { isAbsent, type LakeFolder, WIDTH } from "./lake_folder.ts";
import { LocalObjectStore } from "./store.ts";

/** The kept versions of a lake that is a folder: links to files as they were written, whose times they have. */
export class LocalVersions implements Versions {
  readonly #folder: LakeFolder;
  readonly #store: LocalObjectStore;

  constructor(folder: LakeFolder) {
    this.#folder = folder;
    this.#store = new LocalObjectStore(folder);
  }

  async keeps(
    versions: readonly { readonly ref: FileRef; readonly dataVersion: string }[],
  ): Promise<boolean[]> {
    return await Promise.all(versions.map(async ({ ref: { path, size }, dataVersion }) => {
      const local = await this.#folder.existing(keptPath(path, dataVersion));
      if (local === undefined) return false;
      const found = await Deno.stat(local);
      return found.isFile && found.size === size;
    }));
  }

  async below(folder: string): Promise<readonly KeptFile[]> {
    const found: (KeptFile & { readonly written: number })[] = [];
    await each(await this.#store.list(keptFolder(folder)), WIDTH, async (path) => {
      const of = keptOf(path);
      const local = await this.#folder.existing(path);
      if (of === undefined || local === undefined) return;
      try {
        const bytes = await digestAt(local);
        if (bytes === undefined) return;
        const { mtime } = await Deno.stat(local);
        found.push({ ...of, ref: { path, ...bytes }, written: mtime?.getTime() ?? 0 });
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    });
    found.sort((a, b) => a.written - b.written || (a.ref.path < b.ref.path ? -1 : 1));
    return found.map(({ written: _, ...kept }) => kept);
  }
}
