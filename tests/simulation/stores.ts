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
      const taken = [...store.claims].filter(([, { worker, intents }]) =>
        worker?.alive && intents.size === 0
      );
      if (taken.length === 0) return undefined;
      const [token, { run, asset }] = chance.pick(taken);
      store.claims.delete(token);
      return { token, run, asset };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

export async function sqliteHandles(): Promise<Store> {
  const harness = await sqliteHarness();
  const handles: { name: string; state: Awaited<ReturnType<typeof harness.worker>> }[] = [];
  for (const name of NAMES) handles.push({ name, state: await harness.worker(name) });
  return {
    handles,
    kill: (name) => harness.kill(name),
    [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose](),
  };
}
