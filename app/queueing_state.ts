import type { State } from "../core/mod.ts";
import { openState, type StateOptions } from "./state.ts";

/** A state that somebody reads who asks others for runs. Nothing else can be written to it, so that no run is done here. */
export async function openToQueue(path: string, options: StateOptions = {}): Promise<State> {
  // First, as it may bring the file to this version: who reads an older one reads a copy.
  const writing = await openState(path, "write", options);
  try {
    return queueing(await openState(path, "read", options), writing);
  } catch (error) {
    await writing.close();
    throw error;
  }
}

/** Reads by one state and requests runs by another, which are of one file. */
function queueing(reading: State, writing: State): State {
  const { keyValue, backfills, acts } = writing;
  const own: Partial<State> = {
    enqueue: (...asked) => writing.enqueue(...asked),
    cancel: (...asked) => writing.cancel(...asked),
    free: (...asked) => writing.free(...asked),
    keyValue: over(reading.keyValue, {
      put: (...asked) => keyValue.put(...asked),
      delete: (...asked) => keyValue.delete(...asked),
    }),
    backfills: over(reading.backfills, {
      begin: (...asked) => backfills.begin(...asked),
      turn: (...asked) => backfills.turn(...asked),
    }),
    acts: over(reading.acts, { note: (...asked) => acts.note(...asked) }),
    abandon: () => writing.abandon(),
    async close() {
      await Promise.all([reading.close(), writing.close()]);
    },
  };
  return over(reading, own);
}

/** The same port, but for some of its parts. */
function over<Port extends object>(port: Port, own: Partial<Port>): Port {
  return new Proxy(port, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof Port];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
