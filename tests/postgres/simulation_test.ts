import type { State } from "../../core/mod.ts";
import { simulate } from "../simulation/simulation.ts";
import { forgetful } from "../simulation/stores.ts";
import { HANDLES, type Store } from "../simulation/world.ts";
import { postgresHarness } from "./harness.ts";

/** Handles that take no turns while any of them waits for the server. */
async function postgresHandles(): Promise<Store> {
  const harness = await postgresHarness();
  const asked = new Set<Promise<unknown>>();
  /** Until what is done to the tables themselves is done, nobody is answered. */
  let done: Promise<unknown> = Promise.resolve();
  const ask = <T>(act: () => Promise<T>): Promise<T> => {
    const answer = done.then(act);
    asked.add(answer);
    answer.catch(() => {}).finally(() => asked.delete(answer));
    return answer;
  };
  const handles: { name: string; state: State }[] = [];
  for (let i = 0; i < HANDLES; i++) {
    handles.push({ name: `w${i}`, state: asking(await harness.worker(`w${i}`), ask) });
  }
  return {
    handles,
    answered: () => asked.size === 0,
    kill: (name) => void (done = ask(async () => await harness.kill(name))),
    steal: () => undefined,
    [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose](),
  };
}

function asking<Port extends object>(port: Port, ask: <T>(act: () => Promise<T>) => Promise<T>): Port {
  return new Proxy(port, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value === "object" && value !== null) return asking(value, ask);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => ask(() => value.apply(target, args));
    },
  });
}

const only = Deno.env.get("SEED");
const count = Number(Deno.env.get("SEEDS") ?? 8);

/** Lives through the even seeds as they are, and through the odd ones with a history that is forgotten now and then. */
for (
  const [name, open, odd] of [["", postgresHandles, 0], [
    ", forgetting",
    forgetful(postgresHandles),
    1,
  ]] as const
) {
  const all = only === undefined ? Array.from({ length: count }, (_, seed) => seed) : [Number(only)];
  const seeds = all.filter((seed) => seed % 2 === odd);
  Deno.test(`simulation: ${seeds.length} seeds on PostgreSQL${name}`, async () => {
    for (const seed of seeds) {
      await using store = await open();
      await simulate(seed, store).catch((cause) => {
        throw new Error(
          `seed ${seed}: ${
            cause instanceof Error ? cause.message : cause
          }; replay: SEED=${seed} deno task test:postgres`,
          { cause },
        );
      });
    }
  });
}
