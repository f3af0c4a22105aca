import type { Publisher, Staged } from "../../core/ports/publisher.ts";
import type { Commit, State } from "../../core/ports/state.ts";
import { isPublic, parsePath } from "./content.ts";
import type { Worker } from "./worker.ts";

/** A fault that a simulation put in. */
export class Injected extends Error {
  override readonly name = "Injected";

  constructor(label: string) {
    super(`injected: ${label} failed`);
  }
}

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** A port with some of its methods replaced. */
export function over<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get(target, property) {
      const own = (methods as Methods)[property as string];
      if (own !== undefined) return own;
      const method = (target as Methods)[property as string];
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}

/** Makes every call of a port two turns, before and after its effect; either may be the last, or fail. */
export function stepwise<Port extends object>(worker: Worker, name: string, port: Port): Port {
  const { world } = worker;
  const parts = new Map<unknown, object>();
  return new Proxy(port, {
    get(target, property) {
      const method = (target as Methods)[property as string];
      if (typeof method !== "function") {
        if (world.automated === undefined || !PARTS.has(property as string)) return method;
        const part = parts.get(property) ??
          stepwise(worker, `${name}.${String(property)}`, method as unknown as object);
        parts.set(property, part);
        return part;
      }
      // Asked each second, by everybody: it would be most of what happens. And what is no single answer.
      if (property === "isCancelled" || property === "watch") return method.bind(target);
      return async (...args: unknown[]) => {
        const label = `${name}.${String(property)}`;
        await world.turns.turn(worker, label);
        const weight = isSafe(worker, name, property as string)
          ? 0
          : name === "publisher"
          ? 1
          : isFallible(world, property as string)
          ? 0.3
          : 0;
        if (world.fault(weight)) throw new Injected(label);
        const result = await method.apply(target, args);
        await world.turns.turn(worker, `${label}, done`);
        if (world.fault(weight)) throw new Injected(`${label}, done,`);
        return result;
      };
    },
  });
}

const FALLIBLE = new Set(["commit", "materializations", "since", "claim", "log", "history"]);
/** What else may fail where runs are asked for by themselves. */
const ALSO = new Set(["enqueue", "noteTick", "put", "begin", "end", "settle", "lead"]);
/** The parts of a state that are ports of their own. */
const PARTS = new Set(["keyValue", "alerts", "backfills"]);

/** A schedule that cannot tell what it asks for has failed, and gives up what was due: that is no loss. */
function isSafe({ scheduling }: Worker, name: string, method: string): boolean {
  return scheduling > 0 && (name === "publisher" || FALLIBLE.has(method));
}

function isFallible({ automated }: Worker["world"], method: string): boolean {
  return FALLIBLE.has(method) || automated !== undefined && ALSO.has(method);
}

/** Tells the oracle what is truly committed and claimed. */
export function observed(worker: Worker, state: State): State {
  const { world: { oracle } } = worker;
  return over(state, {
    async register(assets, at, options) {
      const registered = await state.register(assets, at, options);
      oracle.codes.registered(worker.opening, registered, await state.since(oracle.log.length));
      return registered;
    },
    async commit(commit: Commit) {
      worker.tell([...(commit.intents ?? []).map(({ event }) => event), ...commit.events]);
      const committed = await state.commit(commit);
      if (committed.status === "committed") {
        oracle.committed(commit);
        if (commit.release) oracle.claims.released(worker, commit.claim);
      }
      return committed;
    },
    async claim(run, asset, ranges, begins, slot) {
      const answer = await state.claim(run, asset, ranges, begins, slot);
      if (slot !== undefined) {
        if (answer.full !== undefined) oracle.pools.refused(worker, run, slot);
        else if (answer.granted === undefined) oracle.pools.left(worker, run, slot.pool);
        else oracle.pools.granted(worker, run, slot);
      }
      if (answer.granted === undefined) return answer;
      oracle.claims.granted(answer.granted.token, {
        worker,
        run,
        asset,
        ranges: answer.granted.ranges,
        slot,
      });
      worker.granted?.();
      return answer;
    },
    async release(token) {
      await state.release(token);
      oracle.claims.released(worker, token);
    },
    async leave(run, pool) {
      await state.leave(run, pool);
      oracle.pools.left(worker, run, pool);
    },
    async enqueue(request, at, ...more) {
      oracle.schedules.asked(request, at);
      const answer = await state.enqueue(request, at, ...more);
      oracle.queue.enqueued(request, answer.run);
      return answer;
    },
    ...observedParts(worker, state),
    async take(...which) {
      const taken = await state.take(...which);
      if (taken !== undefined) oracle.queue.taken(worker, taken.id);
      return taken;
    },
    async handBack(run, at) {
      await state.handBack(run, at);
      oracle.queue.handedBack(worker, run);
    },
    async endRun(run, status, summary, at) {
      await state.endRun(run, status, summary, at);
      oracle.queue.ended(run);
      oracle.pools.left(worker, run);
    },
    async close() {
      await state.close();
      oracle.claims.closed(worker);
      oracle.queue.closed(worker);
      oracle.pools.closed(worker);
      oracle.alerts.closed(worker);
    },
    async recover(at) {
      const adopted = await state.recover(at);
      for (const { token, asset, ranges } of adopted) {
        oracle.claims.granted(token, { worker, asset, ranges, adopted: true });
      }
      return adopted;
    },
  });
}

/** Tells the oracle what truly becomes of episodes, backfills and schedules. */
function observedParts(worker: Worker, { alerts, backfills, keyValue }: State): Partial<State> {
  const { oracle } = worker.world;
  return {
    alerts: over(alerts, {
      async begin(episode, channels) {
        const isNew = await alerts.begin(episode, channels);
        if (isNew) oracle.alerts.began(episode, channels);
        return isNew;
      },
      async end(key, at, message) {
        const isEnd = await alerts.end(key, at, message);
        if (isEnd) oracle.alerts.ended(key);
        return isEnd;
      },
      async take(channel) {
        const taken = await alerts.take(channel);
        if (taken !== undefined) oracle.alerts.taken(worker, taken.id, channel, taken);
        return taken;
      },
      async settle(id, at, fault) {
        await alerts.settle(id, at, fault);
        oracle.alerts.settled(id, fault);
      },
    }),
    backfills: over(backfills, {
      async enqueue(id, batch, request, ...more) {
        const answer = await backfills.enqueue(id, batch, request, ...more);
        if (answer !== undefined) {
          oracle.queue.enqueued({ ...request, key: `backfill ${id} ${batch}` }, answer.run);
        }
        return answer;
      },
    }),
    keyValue: over(keyValue, {
      async put(key, value, version) {
        const isPut = await keyValue.put(key, value, version);
        const [kind, name] = [key.slice(0, key.indexOf("/")), key.slice(key.indexOf("/") + 1)];
        if (isPut && kind === "schedules") {
          oracle.schedules.kept(name, (value as unknown as { upTo: number }).upTo);
        } else if (isPut && kind === "paused") {
          oracle.schedules.paused(name, (value as unknown as { at: number }).at);
        }
        return isPut;
      },
    }),
  };
}

/** Holds the state to what it acknowledges. */
export function heard(worker: Worker, state: State): State {
  return over(state, {
    async commit(commit) {
      const committed = await state.commit(commit);
      if (committed.status === "committed") worker.world.oracle.acknowledged(commit.events, committed.seq);
      return committed;
    },
  });
}

/** Holds a worker to its claims: it changes what readers see only under one, and is stopped in the middle once it is lost. */
export function watched(
  worker: Worker,
  open: (between: () => Promise<void>) => Publisher,
): Publisher {
  const { claims } = worker.world.oracle;
  const under = async <T>(
    paths: readonly string[],
    act: (publisher: Publisher) => Promise<T>,
  ): Promise<T> => {
    const touched = paths.filter(isPublic).map(parsePath);
    for (const { asset, partition } of touched) {
      if (claims.changing(worker, asset, partition) === "stopped") throw new Injected("going on");
    }
    for (const { asset, partition } of touched) claims.changed(worker, asset, partition);
    return await act(open(async () => {
      await worker.pause("publishing");
      worker.changing?.();
      if (touched.some(({ asset, partition }) => claims.isLost(worker, asset, partition))) {
        throw new Injected("going on");
      }
    }));
  };
  const finals = (batch: readonly Staged[]) => batch.map(({ final }) => final);
  return over(open(() => worker.pause("publishing")), {
    replace: (batch, measured) => under(finals(batch), (publisher) => publisher.replace(batch, measured)),
    revert: (batch, measured) => under(finals(batch), (publisher) => publisher.revert(batch, measured)),
    remove: (refs) => under(refs.map(({ path }) => path), (publisher) => publisher.remove(refs)),
  });
}
