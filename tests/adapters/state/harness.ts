import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { type Held, lockFolder, lockFolderOf } from "../../../adapters/state/locks.ts";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { openInThread } from "../../../adapters/state/sqlite/thread/open.ts";
import type { State } from "../../../core/mod.ts";

/** One state that several workers share. */
export interface Harness extends AsyncDisposable {
  worker(name: string): Promise<State>;
  /** Lets a worker be no more, without a word. */
  kill(name: string): void | Promise<void>;
}

export function memoryHarness(): Promise<Harness> {
  const store = memoryStore();
  return Promise.resolve({
    worker: (name) => Promise.resolve(memoryState(store, name)),
    kill: (name) => store.kill(name),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

/**
 * Every worker is a handle of this process that passes for a process of its own.
 *
 * @param few So many events may be left that are not packed.
 */
export async function sqliteHarness(few = 1): Promise<Harness & { readonly path: string }> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/state.db`;
  const held = new Map<string, Held>();
  const open = new Set<State>();
  return {
    path,
    async worker(name) {
      const locks = lockFolder(`${path}-workers`);
      const hold = () => {
        held.set(name, locks.hold());
        return held.get(name)!;
      };
      const handle = await openSqliteState({ path, few, locks: { ...locks, hold } });
      open.add(handle);
      const close = handle.close.bind(handle);
      handle.close = () => {
        open.delete(handle);
        return close();
      };
      return handle;
    },
    kill: (name) => held.get(name)?.release(),
    async [Symbol.asyncDispose]() {
      for (const handle of open) await handle.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Every worker is a handle of this process whose state works in a thread of its own. */
export async function threadHarness(): Promise<Harness> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/state.db`;
  const open = new Set<State>();
  return {
    async worker(name) {
      const module = new URL(`./thread_child.ts?name=${encodeURIComponent(name)}`, import.meta.url);
      const handle = await openInThread({ path, few: 1, module });
      open.add(handle);
      return handle;
    },
    kill(name) {
      const lock = textOf(`${path}-${name}`);
      if (lock !== undefined) Deno.removeSync(`${lockFolderOf(path)}/${lock}`);
    },
    async [Symbol.asyncDispose]() {
      for (const handle of open) await handle.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The text of a file; undefined where there is none. */
function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
