import { DatabaseSync } from "node:sqlite";
import { memoryState } from "../../adapters/state/memory/state.ts";
import { memoryStore } from "../../adapters/state/memory/store.ts";
import { sqliteHarness } from "../adapters/state/harness.ts";
import { HANDLES, type Store } from "./world.ts";

const NAMES = Array.from({ length: HANDLES }, (_, i) => `w${i}`);

export function memoryHandles(): Promise<Store> {
  const store = memoryStore();
  return Promise.resolve({
    handles: NAMES.map((name) => ({ name, state: memoryState(store, name) })),
    kill: (name) => store.kill(name),
    steal(chance) {
      const live = [...store.claims].filter(([, { worker }]) => worker?.alive);
      if (live.length === 0) return undefined;
      const [token, claim] = chance.pick(live);
      store.claims.set(token, { ...claim, worker: null });
      return token;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

/** With the real publisher, over a disk that may lose power. */
export async function diskHandles(): Promise<Store> {
  return { ...await memoryHandles(), onDisk: true };
}

/** A store whose history is forgotten now and then. */
export function forgetful(open: () => Promise<Store>): () => Promise<Store> {
  return async () => ({ ...await open(), forgets: true });
}

/** A store over which daemons live, and users beside them. */
export function automated(open: () => Promise<Store>): () => Promise<Store> {
  return async () => ({ ...await open(), forgets: true, automates: true });
}

export async function sqliteHandles(): Promise<Store> {
  const harness = await sqliteHarness();
  const handles: { name: string; state: Awaited<ReturnType<typeof harness.worker>> }[] = [];
  for (const name of NAMES) handles.push({ name, state: await harness.worker(name) });
  const claims = new DatabaseSync(harness.path);
  return {
    handles,
    kill: (name) => harness.kill(name),
    steal(chance) {
      const live = claims.prepare("SELECT token FROM claims WHERE worker IS NOT NULL ORDER BY token").all();
      if (live.length === 0) return undefined;
      const token = Number(chance.pick(live)["token"]);
      claims.prepare("UPDATE claims SET worker = NULL WHERE token = ?").run(token);
      return token;
    },
    [Symbol.asyncDispose]() {
      claims.close();
      return harness[Symbol.asyncDispose]();
    },
  };
}
