import type { Spool } from "../../../core/mod.ts";
import type { Chance } from "../chance.ts";
import type { AskedHours } from "../rules/asking.ts";
import type { World } from "../world.ts";

/** Answers of all workers, each kept as soon as it was put. */
export class SimulatedSpool {
  readonly #values = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(readonly world: World) {}

  /** The spool as one who asks sees it: others go on before and after each call. */
  open(asked: AskedHours): Spool {
    const { world: { turns, oracle: { asking } } } = this;
    const values = this.#values;
    const call = async <T>(name: string, act: () => T): Promise<T> => {
      await turns.turn(asked.worker, `spool.${name}`);
      const result = act();
      await turns.turn(asked.worker, `spool.${name}, done`);
      return result;
    };
    return {
      list: (prefix = "") => call("list", () => [...values.keys()].filter((key) => key.startsWith(prefix))),
      get: (key) => call("get", () => values.get(key)),
      put(key, bytes) {
        asking.keeping(asked, key);
        return call("put", () => {
          values.set(key, bytes.slice());
          asking.kept(asked, key);
        });
      },
      delete: (keys) => call("delete", () => keys.forEach((key) => values.delete(key))),
      discardPartial: () => call("discardPartial", () => {}),
    };
  }

  /** Alters a byte of something kept. */
  damage(chance: Chance): void {
    if (this.#values.size === 0) return;
    const key = chance.pick([...this.#values.keys()]);
    const bytes = this.#values.get(key)!.slice();
    bytes[chance.between(0, bytes.length - 1)]! ^= 1;
    this.#values.set(key, bytes);
    this.world.oracle.asking.damaged(key);
  }
}
