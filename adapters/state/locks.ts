import { StateError } from "../../core/mod.ts";

/** Signs of life: the operating system holds a worker's lock for as long as its process lives, and no longer. */
export interface Locks {
  /** Takes a lock that nobody had before. */
  hold(): Held;
  /** Whether a living process holds the lock; one that is not held is taken away. */
  isHeld(name: string): boolean;
  /** The locks that are there, held or not. */
  names(): string[];
}

export interface Held {
  readonly name: string;
  release(): void;
}

/** As `crypto.randomUUID` makes them: whatever else lies in the folder is nobody's lock. */
const NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The folder of the locks of a state's workers: beside the file itself, by whichever links it is reached. */
export function lockFolderOf(state: string): string {
  try {
    return `${Deno.realPathSync(state)}-workers`;
  } catch {
    return `${state}-workers`; // of a state that is not there, or that whoever opens it cannot reach either
  }
}

/**
 * Locks on files of a folder: seen across containers and names of hosts, as long as they share the file system. To read,
 * those that nobody holds are left where they are.
 */
export function lockFolder(folder: string, access: "read" | "write" = "write"): Locks {
  const pathOf = (name: string) => `${folder}/${name}`;
  return {
    hold() {
      makeFolder(folder);
      for (;;) {
        const name = crypto.randomUUID();
        const file = Deno.openSync(pathOf(name), { write: true, createNew: true });
        file.lockSync(true);
        // Between the two, another may have taken it for a dead worker's.
        if (stands(pathOf(name))) return { name, release: once(() => letGo(file, pathOf(name))) };
        file.close();
      }
    },
    isHeld(name) {
      try {
        using file = Deno.openSync(pathOf(name));
        if (!file.tryLockSync(false)) return true;
        if (access === "write") remove(pathOf(name));
        return false;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return false;
        throw error;
      }
    },
    names: () =>
      stands(folder)
        ? [...Deno.readDirSync(folder)].filter(({ name, isFile }) => isFile && NAME.test(name)).map((
          { name },
        ) => name)
        : [],
  };
}

function makeFolder(folder: string): void {
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new StateError(
      `writing the state: "${folder}" cannot be made (${found}), wanted a folder for the locks of its workers`,
      { cause: error },
    );
  }
}

function letGo(file: Deno.FsFile, path: string): void {
  remove(path);
  file.close();
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function stands(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
