import { assert, assertEquals } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import type { Ticking } from "../../../core/automation/ticker.ts";
import { Leading, TICKS } from "../../../core/daemon/leading.ts";
import type { DaemonNews } from "../../../core/daemon/news.ts";
import { Pulse } from "../../../core/daemon/pulse.ts";
import { serve } from "../../../core/daemon/serve.ts";
import { HOUR, MINUTE, SECOND } from "../../../core/instant.ts";
import type { RunRequest, State } from "../../../core/ports/state.ts";
import { fakeClock } from "../../fake_clock.ts";
import { type Lab, lab, NOON } from "../lab.ts";

const request = (key: string): RunRequest => ({ command: "materialize", ranges: [], key });

/** A worker whose process may be stopped: what it calls meanwhile is answered once it goes on. */
function stoppable() {
  let gate = Promise.resolve();
  let go = () => {};
  const state = (inner: State) =>
    new Proxy(inner, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        if (name === "watch") return value.bind(target);
        return async (...args: unknown[]) => {
          await gate;
          return await value.apply(target, args);
        };
      },
    });
  return {
    state,
    stop() {
      ({ promise: gate, resolve: go } = Promise.withResolvers<void>());
    },
    go: () => go(),
  };
}

/** A daemon whose ticks are a function of the state that they write to, called with how often they were. */
function daemon(
  { orchestrator, clock }: Lab,
  tick: (state: State, times: number) => Promise<unknown>,
) {
  const stop = new AbortController();
  const news: DaemonNews[] = [];
  let look = () => {};
  let times = 0;
  const pulse = new Pulse(clock);
  const ended = serve({
    orchestrator,
    tickers: (lead) => {
      const { state } = orchestrator.leading(lead).session;
      const ticking: Ticking = {
        name: "watched",
        wakes: Infinity,
        tick: async () => {
          await tick(state, times++);
          return { at: NOON, runs: [] };
        },
      };
      return Promise.resolve([ticking]);
    },
    signal: stop.signal,
    grace: SECOND,
    pulse,
    tell: (each) => {
      news.push(each);
      look();
    },
    observe: () => {},
  });
  return {
    pulse,
    types: () => news.map(({ type }) => type),
    /** Resolves once it is told of. */
    async tells(type: DaemonNews["type"]) {
      const { promise, resolve } = Promise.withResolvers<void>();
      look = () => void (news.some((each) => each.type === type) && resolve());
      look();
      await promise;
    },
    async end() {
      stop.abort();
      await ended;
    },
  };
}

Deno.test("a leader that is stopped between two writes is deposed, and what it goes on with is refused", async () => {
  const [store, clock, process] = [memoryStore(), fakeClock(NOON, { auto: true }), stoppable()];
  const [a, b] = [
    await lab([], { store, clock, state: process.state }),
    await lab([], { store, clock, worker: "b" }),
  ];
  const done = Promise.withResolvers<void>();
  const first = daemon(a, async (state, times) => {
    if (times > 0) return;
    await state.enqueue(request("before"), NOON);
    process.stop();
    await state.enqueue(request("late"), NOON).finally(() => done.resolve());
  });
  await first.tells("leads");
  const second = daemon(b, async (state, times) => {
    if (times === 0) await state.enqueue(request("after"), NOON);
  });
  await second.tells("follows");
  const stopped = clock.now();
  await second.tells("leads");
  const took = clock.now() - stopped;
  assert(30 * SECOND < took && took <= 36 * SECOND, `found ${took} ms`);
  assertEquals((await b.state.stalled(TICKS)).length, 1);
  process.go();
  await done.promise;
  await first.tells("follows");
  assertEquals(await b.state.stalled(TICKS), []);
  assertEquals([first.pulse.leads, second.pulse.leads], [false, true]);
  await Promise.all([first.end(), second.end()]);
  assertEquals((await b.state.runs(9)).map(({ request }) => request.key), ["after", "before"]);
  assert(!first.types().includes("failing"));
});

Deno.test("neither a clock that is set nor a machine that sleeps deposes a leader", async () => {
  const [store, clock] = [memoryStore(), fakeClock(NOON)];
  const [a, b] = [await lab([], { store, clock }), await lab([], { store, clock, worker: "b" })];
  const [leader, follower] = [new Leading(a.state, clock, "ticks"), new Leading(b.state, clock, "ticks")];
  const { lead } = await leader.seek();
  for (const passed of [0, HOUR, 9 * HOUR, -HOUR]) {
    clock.suspend(passed);
    assertEquals((await follower.seek()).lead, undefined);
    await clock.advance(20 * SECOND);
    assertEquals((await follower.seek()).lead, undefined);
    assertEquals((await leader.seek()).lead, lead);
  }
  await clock.advance(MINUTE);
  // The first look after a long time of one's own says nothing: it is measured from there.
  assertEquals((await new Leading(b.state, clock, "ticks").seek()).lead, undefined);
});

Deno.test("who follows knows for how long the leader has been silent, and that nobody leads", async () => {
  const [store, clock] = [memoryStore(), fakeClock(NOON)];
  const [a, b] = [await lab([], { store, clock }), await lab([], { store, clock, worker: "b" })];
  const leader = new Leading(a.state, clock, "ticks"), follower = new Leading(b.state, clock, "ticks");
  await leader.seek();
  assertEquals(await follower.seek(), { lead: undefined, silence: 0 });
  await clock.advance(12 * SECOND);
  assertEquals(await follower.seek(), { lead: undefined, silence: 12 * SECOND });
  await leader.seek();
  assertEquals(await follower.seek(), { lead: undefined, silence: 0 });
  for (let times = 0; times < 3; times++) {
    await clock.advance(10 * SECOND);
    assertEquals((await follower.seek()).lead, undefined);
  }
  await clock.advance(1);
  assertEquals((await follower.seek()).lead?.number, 2);
  assertEquals(await leader.seek(), { lead: undefined, silence: 0 });
});

Deno.test("who was stopped itself, as on a laptop that slept, deposes nobody for that time", async () => {
  const [store, clock] = [memoryStore(), fakeClock(NOON)];
  const [a, b] = [await lab([], { store, clock }), await lab([], { store, clock, worker: "b" })];
  const leader = new Leading(a.state, clock, "ticks"), follower = new Leading(b.state, clock, "ticks");
  const { lead } = await leader.seek();
  await follower.seek();
  await clock.advance(2 * SECOND);
  await follower.seek();
  // Both are stopped for a minute; the follower is the first to go on.
  await clock.advance(MINUTE);
  assertEquals(await follower.seek(), { lead: undefined, silence: 2 * SECOND });
  assertEquals((await leader.seek()).lead, lead);
  assertEquals(await b.state.stalled("ticks"), []);
});
