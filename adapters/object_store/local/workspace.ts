import type { Checkout, Scratch, Workspace, Written } from "../../../core/mod.ts";
import { digest } from "./digest.ts";
import type { LakeFolder } from "./lake_folder.ts";

/** A lake in a folder is on this machine already: its files are read and written where they are. */
export class LocalWorkspace implements Workspace {
  readonly #folder: LakeFolder;

  constructor(folder: LakeFolder) {
    this.#folder = folder;
  }

  checkout(): Promise<Checkout> {
    return Promise.resolve({ root: this.#folder.root, async [Symbol.asyncDispose]() {} });
  }

  async stage(temporary: string, write: (local: string) => Promise<void>): Promise<Written> {
    this.#folder.makeFoldersOf([temporary]);
    const local = this.#folder.at(temporary);
    await write(local);
    using file = await Deno.open(local);
    return await digest(file);
  }

  scratch(): Scratch {
    const path = this.#folder.at(`_staging/duckdb-${Deno.pid}-${crypto.randomUUID()}`);
    return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }).catch(() => {}) };
  }
}
