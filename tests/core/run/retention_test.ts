import { assert, assertEquals } from "@std/assert";
import { definer } from "../../../core/asset.ts";
import { resolveRequest } from "../../../core/automation/resolve_request.ts";
import { DAY, HOUR } from "../../../core/instant.ts";
import { Orchestrator } from "../../../core/orchestrator.ts";
import { hourly } from "../../../core/partition/time_set.ts";
import { graph } from "../../../core/graph.ts";
import type { State } from "../../../core/ports/state.ts";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { fakeClock } from "../../fake_clock.ts";
import { Lake, lakePublisher } from "../../simulation/lake.ts";
import { NOON } from "../lab.ts";

const { asset } = definer<null>();
const letters = asset({
  key: "t/letters",
  partitions: hourly({ start: "2024-02-01" }),
  batch: { most: 24 },
  retention: { days: 7 },
  async *materialize({ partitions }) {
    await null;
    yield [...partitions].map(({ ordinal: partition }) => ({ partition, dataVersion: "1" }));
  },
});

async function opened() {
  const clock = fakeClock(NOON);
  const store = memoryStore();
  let swept = 0;
  const open = async (worker: string, state: (state: State) => State = (state) => state) =>
    await Orchestrator.open({
      graph: graph([letters]),
      state: state(memoryState(store, worker)),
      publisher: lakePublisher(new Lake()),
      clock,
      random: () => 0.5,
      resources: null,
      mask: (text) => text,
      readSourceFile: () => "",
      upkeep: {
        versions: {
          keeps: (refs) => Promise.resolve(refs.map(() => false)),
          below: () => Promise.resolve([]),
        },
        sweep: () => Promise.resolve(++swept),
      },
    });
  const orchestrator = await open("a");
  const everything = { assets: new Set(["t/letters"]), all: true, lookbackDays: 7 };
  await orchestrator.materialize(everything);
  return { orchestrator, state: orchestrator.session.state, store, clock, open, swept: () => swept };
}

Deno.test("a queued prune deletes what was over when it was asked for, and forgets what happened before", async () => {
  const { orchestrator, state, clock, swept } = await opened();
  const { session } = orchestrator;
  for (let day = 0; day < 3; day++) {
    await state.noteTick({ name: "s", at: NOON + day * DAY, outcome: "requested", detail: "", runs: [] });
  }
  clock.suspend(8 * DAY);
  const request = await resolveRequest(session, { prune: { history: 6 } }, 7);
  assertEquals([request.ranges, request.before], [
    [{ asset: "t/letters", from: "2024-02-01T00", to: "2024-02-01T11" }],
    NOON + 2 * DAY,
  ]);
  const { run } = await state.enqueue(request, clock.now());
  const done = await Array.fromAsync(orchestrator.work());
  assertEquals(done.map(({ run, outcome }) => [run, outcome.status]), [[run, "succeeded"]]);
  const ended = (await state.run(run))!.run;
  assertEquals(ended.status, "succeeded");
  assertEquals(ended.summary, { assets: { "t/letters": 12 }, staged: 1, events: 0, runs: 1, ticks: 2 });
  assertEquals([swept(), (await state.ticks("s", { limit: 9 })).length], [1, 1]);
  const kept = await state.materializations("t/letters", [{ from: -Infinity, to: Infinity }]);
  assert(kept.every(({ expired }) => expired));
});

Deno.test("a prune whose worker is killed is done by the next, as it was asked for", async () => {
  const { orchestrator, state, store, clock, open } = await opened();
  clock.suspend(8 * DAY);
  const { run } = await state.enqueue(
    await resolveRequest(orchestrator.session, { prune: { history: 0 } }, 7),
    0,
  );
  const { promise: dead, resolve } = Promise.withResolvers<void>();
  const die = () => {
    store.kill("b");
    resolve();
  };
  const killed = await open("b", (state) =>
    new Proxy(state, {
      get(target, name) {
        if (name === "endRun") return () => new Promise(die);
        const found = Reflect.get(target, name);
        return typeof found === "function" ? found.bind(target) : found;
      },
    }));
  void killed.work().next();
  await dead;
  clock.suspend(HOUR);
  const done = await Array.fromAsync(orchestrator.work());
  assertEquals(done.map(({ run, outcome }) => [run, outcome.status]), [[run, "succeeded"]]);
  assertEquals((await state.claims()).length, 0);
});

Deno.test("a prune that fails at its files fails by itself, and the next is done", async () => {
  const { orchestrator, state, clock } = await opened();
  clock.suspend(8 * DAY);
  const request = await resolveRequest(orchestrator.session, { prune: { history: 90 } }, 7);
  const { publisher } = orchestrator.session;
  const remove = publisher.remove.bind(publisher);
  publisher.remove = () => Promise.reject(new Error("deleting hunter2:\nthe disk is read-only"));
  await state.enqueue(request, clock.now());
  const [failed] = await Array.fromAsync(orchestrator.work());
  assertEquals(failed!.outcome, {
    status: "refused",
    message: "pruning: deleting hunter2: the disk is read-only",
  });
  publisher.remove = remove;
  await state.enqueue(await resolveRequest(orchestrator.session, { prune: { history: 90 } }, 7), clock.now());
  assertEquals((await Array.fromAsync(orchestrator.work())).map(({ outcome }) => outcome.status), [
    "succeeded",
  ]);
});

Deno.test("a prune of what others are at work on is refused, and the next is done", async () => {
  const { orchestrator, state, clock, open } = await opened();
  clock.suspend(8 * DAY);
  const request = await resolveRequest(orchestrator.session, { prune: { history: 90 } }, 7);
  const other = (await open("b")).session.state;
  const at = await other.beginRun({ command: "materialize", ranges: [] }, clock.now());
  const { granted } = await other.claim(at, "t/letters", [{ from: 0, to: 1e6 }]);
  await state.enqueue(request, clock.now());
  const [refused] = await Array.fromAsync(orchestrator.work());
  assertEquals(refused!.outcome, {
    status: "refused",
    message: `claiming "t/letters" 2024-02-01T00 … 2024-02-01T11: found run ${at} at work on it, wanted none`,
  });
  await other.release(granted!.token);
  await state.enqueue(request, clock.now());
  const [done] = await Array.fromAsync(orchestrator.work());
  assertEquals(done!.outcome.status, "succeeded");
});
