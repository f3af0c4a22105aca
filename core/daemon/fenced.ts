import type { Lead, State } from "../ports/state.ts";

/**
 * The state as who leads writes it: once the lead has passed on, as after this process was stopped, it queues no run,
 * notes no tick and commits nothing more, and says so by a {@linkcode PassedLeadError}. What is written by
 * compare-and-set is refused by its version.
 */
export function fenced(state: State, lead: Lead): State {
  const own: Pick<State, "enqueue" | "noteTick" | "commit"> = {
    enqueue: (request, at, why = []) => state.enqueue(request, at, why, lead),
    noteTick: (tick, evaluations = []) => state.noteTick(tick, evaluations, lead),
    commit: (commit) => state.commit({ ...commit, lead }),
  };
  return new Proxy(state, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
