import { dirname } from "node:path";
import type { Checkout, Scratch, Workspace, Written } from "../../../core/mod.ts";
import { digestOfWritten } from "./digest.ts";
import { entriesIn, isAbsent, type LakeFolder } from "./lake_folder.ts";

const STAGING = "_staging";
const SCRATCH = "duckdb-";

/** A lake in a folder is on this machine already: its files are read and written where they are. */
export class LocalWorkspace implements Workspace {
  readonly #folder: LakeFolder;
  readonly #own = new Set<string>();

  constructor(folder: LakeFolder) {
    this.#folder = folder;
  }

  checkout(): Promise<Checkout> {
    return Promise.resolve({ root: this.#folder.root, async [Symbol.asyncDispose]() {} });
  }

  async stage(temporary: string, write: (local: string) => Promise<void>): Promise<Written> {
    const local = this.#folder.at(temporary);
    if (!isFolder(dirname(local))) this.#folder.makeFoldersOf([temporary]);
    await write(local);
    return await digestOfWritten(local);
  }

  scratch(): Scratch {
    const name = `${SCRATCH}${Deno.pid}-${crypto.randomUUID()}`;
    this.#own.add(name);
    return this.#scratch(name);
  }

  async othersScratch(): Promise<readonly Scratch[]> {
    const staging = await this.#folder.existing(STAGING);
    if (staging === undefined) return [];
    this.#folder.requireFolder(STAGING);
    const names = entriesIn(staging).map(({ name }) => name);
    return names.filter((name) => name.startsWith(SCRATCH) && !this.#own.has(name))
      .map((name) => this.#scratch(name));
  }

  #scratch(name: string): Scratch {
    const path = this.#folder.at(`${STAGING}/${name}`);
    return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }).catch(() => {}) };
  }
}

/** Files of a batch lie in one folder: it is made once. */
function isFolder(local: string): boolean {
  try {
    return Deno.lstatSync(local).isDirectory;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
