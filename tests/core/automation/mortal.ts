import type { Json } from "../../../core/ports/key_value.ts";
import type { State } from "../../../core/ports/state.ts";

/** A state whose process is killed as it is about to keep a value: all that it wrote before is there. */
export function mortal(state: State, killsAt: (key: string, value: Json) => boolean): State {
  const keyValue: State["keyValue"] = {
    get: (key) => state.keyValue.get(key),
    list: (prefix) => state.keyValue.list(prefix),
    delete: (key) => state.keyValue.delete(key),
    put: (key, value, version) =>
      killsAt(key, value) ? Promise.reject(new Error("killed")) : state.keyValue.put(key, value, version),
  };
  return new Proxy(state, {
    get(target, name) {
      if (name === "keyValue") return keyValue;
      const found = Reflect.get(target, name);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
}
