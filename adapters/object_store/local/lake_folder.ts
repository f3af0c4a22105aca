import { resolve } from "node:path";
import { trouble } from "../../sdk/files/trouble.ts";
import { lakePath } from "../paths.ts";
import { each } from "../each.ts";

/** How often a file is written whose folder others take away. */
const MOST_ATTEMPTS = 50;

/** Files read, written or synced side by side: the file system joins what is synced together into few commits. */
export const WIDTH = 32;

/** The folder that is a lake. Paths below it are given with slashes; none may lead out of it, by name or by a link. */
export class LakeFolder {
  readonly root: string;
  #real: string | undefined;
  /** Which folder it is to the file system; undefined while there is none. */
  #opened: string | undefined;

  constructor(root: string) {
    this.root = resolve(root);
    this.#opened = identityOf(this.root);
  }

  /** Makes the folder, if there was none when it was opened. @throws If it is no longer the one that was opened. */
  requireSame(): void {
    if (this.#opened === undefined) Deno.mkdirSync(this.root, { recursive: true });
    this.#opened ??= identityOf(this.root);
    this.requireUnmoved();
  }

  /** @throws If it was there when it was opened, and is no longer the same. */
  requireUnmoved(): void {
    if (this.#opened === undefined || identityOf(this.root) === this.#opened) return;
    throw new Error(
      `the lake "${this.root}" was moved, removed or replaced meanwhile, wanted the folder that was opened`,
    );
  }

  /** The local path. @throws {TypeError} If the path does not name something below the lake. */
  at(path: string): string {
    return `${this.root}/${lakePath(path)}`;
  }

  /** The local path of what is to be read, which may not be elsewhere; undefined if there is nothing. */
  async existing(path: string): Promise<string | undefined> {
    const local = this.at(path);
    try {
      this.#real ??= await Deno.realPath(this.root);
      const real = await Deno.realPath(local);
      if (real.startsWith(`${this.#real}/`)) return local;
      throw new TypeError(`opening "${path}": a link to "${real}", wanted a path below the lake`);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** Writes a whole file, making its folders where they are missing. */
  async write(path: string, bytes: Uint8Array): Promise<void> {
    const local = this.at(path);
    for (let attempt = 1;; attempt++) {
      try {
        if (attempt > 1) this.makeFoldersOf([path]);
        return await Deno.writeFile(local, bytes);
      } catch (error) {
        // Others may take away the folder, as it was empty, before the file is in it.
        if (!isAbsent(error) || attempt > MOST_ATTEMPTS) throw error;
      }
    }
  }

  /** Makes the folders that the paths lie in. @throws {TypeError} If one of them is a link. */
  makeFoldersOf(paths: Iterable<string>): void {
    const made = new Set<string>();
    for (const path of paths) this.#make(parent(path), made);
  }

  #make(folder: string, made: Set<string>): void {
    if (made.has(folder)) return;
    made.add(folder);
    if (folder === "") return this.requireSame();
    this.#make(parent(folder), made);
    try {
      Deno.mkdirSync(this.at(folder));
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      this.requireFolder(folder);
    }
  }

  /** @throws {TypeError} If what is at the path is no folder. */
  requireFolder(path: string): void {
    const { isDirectory, isFile, isSymlink } = Deno.lstatSync(this.at(path));
    if (isDirectory) return;
    const found = isFile ? "a file" : isSymlink ? "a link" : "a device";
    throw new TypeError(`opening "${path}": found ${found}, wanted a folder of the lake`);
  }

  /** Removes the folders that the paths lay in where nothing is left in them; zones stay. */
  removeEmptyFoldersOf(paths: Iterable<string>): void {
    for (const path of paths) {
      for (let folder = parent(path); folder.includes("/"); folder = parent(folder)) {
        try {
          Deno.removeSync(this.at(folder));
        } catch (error) {
          if (isAbsent(error)) continue;
          break;
        }
      }
    }
  }

  /** Makes the entries of the paths durable, and those of the folders on the way to them; each folder is synced once. */
  async syncEntriesOf(paths: Iterable<string>): Promise<void> {
    const folders = new Set<string>();
    for (const path of paths) {
      for (let folder = parent(path); !folders.has(folder); folder = parent(folder)) folders.add(folder);
    }
    await each([...folders], WIDTH, async (folder) => {
      try {
        using open = await Deno.open(folder === "" ? this.root : this.at(folder));
        await open.sync();
      } catch (error) {
        if (!isAbsent(error)) {
          throw new Error(trouble(`syncing "${folder}"`, this.root, error), { cause: error });
        }
      }
    });
  }
}

function identityOf(root: string): string | undefined {
  try {
    const { dev, ino } = Deno.lstatSync(root);
    return `${dev} ${ino}`;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Whether the error says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** The folder of a path, `""` for the lake itself. */
function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The entries of a folder; none if another process has just removed it. */
export function entriesIn(local: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(local)];
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** The bytes of a file; undefined where no regular file is, such as a pipe, which might never be read. */
export async function readFile(local: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return (await Deno.stat(local)).isFile ? await Deno.readFile(local) : undefined;
}
