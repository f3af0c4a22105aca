import type { Json, KeyValue } from "../../../core/ports/key_value.ts";
import { type Pace, paced } from "../../../sources/openaq/pace.ts";
import type { Worker } from "../worker.ts";

const PACE = "openaq/pace";

/** The values of a state, each call at once; the pace's rule sees every start that is counted. */
export function watchedValues(worker: Worker, values: KeyValue): KeyValue {
  const { turns, oracle: { pace } } = worker.world;
  /** How often clocks had been set when a version was first read. */
  const read = new Map<number, number>();
  const call = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    await turns.atOnce(worker, `values.${name}`);
    const result = await act();
    await turns.atOnce(worker, `values.${name}, done`);
    return result;
  };
  return {
    get: (key) =>
      call("get", async () => {
        const found = await values.get(key);
        const version = found?.version ?? 0;
        if (key === PACE && !read.has(version)) read.set(version, turns.clocksSet);
        return found;
      }),
    list: (prefix) => call("list", () => values.list(prefix)),
    put: (key, value, expected) =>
      call("put", async () => {
        const before = startsOf((await values.get(key))?.value);
        const done = await values.put(key, value, expected);
        if (done && key === PACE && startsOf(value) !== before) {
          pace.counted(worker, { agree: read.get(expected) === turns.clocksSet });
        }
        return done;
      }),
    delete: (key) => call("delete", () => values.delete(key)),
  };
}

/** A worker's part of the pace that all workers keep. */
export function sharedPace(worker: Worker, kv: KeyValue): Pace {
  const { turns, openaq } = worker.world;
  const { perMinute, perHour } = openaq!;
  return paced({ perMinute, perHour, kv, clock: turns.clock(worker) });
}

function startsOf(kept: Json | undefined): string {
  const { minute } = (kept ?? {}) as { readonly minute?: Json };
  return JSON.stringify(minute ?? null);
}
