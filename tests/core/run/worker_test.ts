import { assertEquals } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { type AnyAsset, definer } from "../../../core/asset.ts";
import { daily } from "../../../core/partition/time_set.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import type { RunRequest, State } from "../../../core/ports/state.ts";
import type { Worked } from "../../../core/run/tally.ts";
import { fakeClock } from "../../fake_clock.ts";
import { lab, NOON } from "../lab.ts";

const { asset } = definer<null>();
const limits = { steps: 2, pools: { one: 1 } };

function request(key: string, from: string, to: string, given: Partial<RunRequest> = {}): RunRequest {
  return { command: "materialize", ranges: [{ asset: key, from, to }], ...given };
}

async function all(work: AsyncIterable<Worked>): Promise<(readonly [number, string])[]> {
  return (await Array.fromAsync(work)).map(({ run, outcome }) => [run, outcome.status]);
}

/** An asset of letters, each a group of its own; `at` is called before each, with what it is given. */
function letters(at: (key: string, cleaned: (act: () => unknown) => void) => unknown): AnyAsset {
  return asset({
    key: "t/letters",
    partitions: staticKeys(["a", "b", "c", "d"]),
    batch: { most: 4 },
    pool: "one",
    async *materialize({ partitions }) {
      let clean: (() => unknown) | undefined;
      try {
        for (const { ordinal, key } of partitions) {
          await at(key!, (act) => clean = act);
          yield [{ partition: ordinal, dataVersion: "1" }];
        }
      } finally {
        await clean?.();
      }
    },
  });
}

const made = async (state: State) => {
  const events = await state.since(0);
  return events.flatMap((event) => event.kind === "materialized" ? [`${event.run}:${event.partition}`] : []);
};

Deno.test("queued runs are done as they were requested, the most urgent first, and nothing beyond", async () => {
  const { orchestrator, state } = await lab([letters(() => {})], { limits });
  await state.enqueue(request("t/letters", "a", "b"), 0);
  await state.enqueue(request("t/letters", "b", "d", { priority: 1, force: true }), 0);
  assertEquals(await all(orchestrator.work()), [[2, "succeeded"], [1, "succeeded"]]);
  assertEquals(await made(state), ["2:1", "2:2", "2:3", "1:0"]);
  assertEquals((await state.runs(9)).map(({ status }) => status), ["succeeded", "succeeded"]);
});

Deno.test("a queued run that finds nothing to do succeeded", async () => {
  const { orchestrator, state, materialize } = await lab([letters(() => {})], { limits });
  await materialize();
  const { run } = await state.enqueue(request("t/letters", "a", "b"), 0);
  assertEquals(await all(orchestrator.work()), [[run, "nothing_to_do"]]);
  assertEquals((await state.run(run))?.run.status, "succeeded");
});

Deno.test("what the graph has not is left to another, what it cannot do fails, and the next is done", async () => {
  const { orchestrator, state } = await lab([letters(() => {})], { limits });
  await state.enqueue(request("t/gone", "a", "b"), 0);
  await state.enqueue({ command: "rollback", ranges: [{ asset: "t/letters", from: "a", to: "b" }] }, 0);
  await state.enqueue(request("t/letters", "a", "a"), 0);
  assertEquals(await all(orchestrator.work()), [[2, "refused"], [3, "succeeded"]]);
  const [, rollback, gone] = await state.runs(9);
  assertEquals(rollback?.summary, {
    errors: [{ message: 'running "rollback": found several partitions, wanted one of one asset' }],
  });
  assertEquals(gone?.status, "queued");
});

Deno.test("a run that is cancelled while it works ends, and the next begins", async () => {
  const store = memoryStore();
  const { orchestrator, state } = await lab(
    [letters((key) => key === "c" ? state.cancel(1, 0) : undefined)],
    {
      store,
      limits,
    },
  );
  await state.enqueue(request("t/letters", "a", "d"), 0);
  await state.enqueue(request("t/letters", "d", "d"), 0);
  assertEquals(await all(orchestrator.work()), [[1, "cancelled"], [2, "succeeded"]]);
  assertEquals(await made(state), ["1:0", "1:1", "1:2", "2:3"], "it ends with the group that it was at");
  assertEquals((await state.run(1))?.run.status, "cancelled");
});

Deno.test("who is told to end hands its run back, and the next goes on with it under further steps", async () => {
  const store = memoryStore();
  const stop = new AbortController();
  const first = await lab(
    [letters((key) => key === "b" && !stop.signal.aborted ? stop.abort() : undefined)],
    {
      store,
      limits,
    },
  );
  await first.state.enqueue(request("t/letters", "a", "d"), 0);
  assertEquals(await all(first.orchestrator.work({ signal: stop.signal })), [[1, "handed-back"]]);
  await first.state.close();
  const second = await lab([letters(() => {})], { store, limits, worker: "b" });
  assertEquals((await second.state.run(1))?.run.status, "queued");
  assertEquals(await all(second.orchestrator.work()), [[1, "succeeded"]]);
  assertEquals(await made(second.state), ["1:0", "1:1", "1:2", "1:3"]);
  const { run, steps } = (await second.state.run(1))!;
  assertEquals(steps.map(({ step, outcome }) => [step, outcome]), [[1, "cancelled"], [2, "succeeded"]]);
  assertEquals(run.summary, { counts: { materialized: 4, unchanged: 0, failed: 0, blocked: 0 } });
});

Deno.test("what is more urgent waits for one group, and what gave way is finished, none of it twice", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON, { auto: true });
  const calls: string[] = [];
  let urgent: Promise<unknown> | undefined;
  const begin = async (key: string, cleaned: (act: () => unknown) => void) => {
    calls.push(key);
    cleaned(() => calls.push("cleaned"));
    if (key !== "b" || urgent !== undefined) return;
    await low.state.enqueue(request("t/days", "2024-01-30", "2024-01-30"), 0);
    urgent = all(high.orchestrator.work());
    while (!store.waits.some(({ run }) => run === 2)) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const days = asset({
    key: "t/days",
    partitions: daily({ start: "2024-01-30" }),
    pool: "one",
    async *materialize({ partitions }) {
      yield await Promise.resolve(
        [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" })),
      );
    },
  });
  const low = await lab([letters(begin), days], { store, clock, limits });
  const high = await lab([letters(begin), days], { store, clock, limits, worker: "b" });
  await low.state.enqueue(request("t/letters", "a", "d", { priority: -1 }), 0);
  assertEquals(await all(low.orchestrator.work()), [[1, "succeeded"]]);
  assertEquals(await urgent, [[2, "succeeded"]]);
  const order = await made(low.state);
  assertEquals(order.map((each) => each.split(":")[0]), ["1", "1", "2", "1", "1"]);
  assertEquals(calls, ["a", "b", "cleaned", "c", "d", "cleaned"]);
  const { run, steps } = (await low.state.run(1))!;
  assertEquals(steps.map(({ outcome, materialized }) => [outcome, materialized]), [["succeeded", 2], [
    "succeeded",
    2,
  ]]);
  assertEquals(run.summary, { counts: { materialized: 4, unchanged: 0, failed: 0, blocked: 0 } });
});

Deno.test("who waits for a slot and finds the work done leaves the line, though its run goes on", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON, { auto: true });
  const [slot, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const one = () => Promise.resolve([{ partition: 0, dataVersion: "1" }]);
  const short = asset({
    key: "t/short",
    pool: "one",
    async *materialize() {
      yield await one();
    },
  });
  const long = asset({
    key: "t/long",
    async *materialize() {
      await end.promise;
      yield await one();
    },
  });
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const graph = [letters(() => slot.promise), short, long];
  const [low, high] = [
    await lab(graph, { store, clock, limits }),
    await lab(graph, { store, clock, limits, worker: "b" }),
  ];
  const unlimited = await lab(graph, { store, clock, limits: { steps: 2, pools: {} }, worker: "c" });
  await low.state.enqueue(request("t/letters", "a", "d"), 0);
  const first = all(low.orchestrator.work());
  await until(() => [...store.claims.values()].some(({ pool }) => pool === "one"));
  const ranges = ["t/short", "t/long"].map((asset) => ({ asset, from: null, to: null }));
  await high.state.enqueue({ command: "materialize", ranges, priority: 1 }, 0);
  const second = all(high.orchestrator.work());
  await until(() => store.waits.length === 1);
  await unlimited.materialize({ assets: new Set(["t/short"]) });
  await until(() => store.waits.length === 0);
  end.resolve();
  assertEquals(await second, [[2, "succeeded"]]);
  slot.resolve();
  assertEquals(await first, [[1, "succeeded"]]);
});

Deno.test("a run that was not queued waits for no slot, and keeps none from others", async () => {
  const store = memoryStore();
  const end = Promise.withResolvers<void>();
  const graph = [letters((key) => key === "a" || key === "d" ? end.promise : undefined)];
  const [typed, other, queued] = await Promise.all(
    ["a", "b", "c"].map((worker) => lab(graph, { store, limits, worker })),
  );
  const at = (key: string) => ({ assets: new Set(["t/letters"]), partitions: [key] });
  const first = typed!.materialize(at("a"));
  const { run } = await queued!.state.enqueue(request("t/letters", "d", "d"), 0);
  const second = all(queued!.orchestrator.work());
  while (store.claims.size < 2) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals((await other!.materialize(at("b"))).status, "succeeded");
  assertEquals([...store.claims.values()].map(({ pool }) => pool ?? null), [null, "one"]);
  end.resolve();
  assertEquals((await first).status, "succeeded");
  assertEquals(await second, [[run, "succeeded"]]);
});

Deno.test("runs of two workers are in a pool one after the other", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON, { auto: true });
  let [inside, most] = [0, 0];
  const enter = async () => {
    most = Math.max(most, ++inside);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
    inside--;
  };
  const labs = await Promise.all(
    ["a", "b"].map((worker) => lab([letters(enter)], { store, clock, limits, worker })),
  );
  for (const key of ["a", "c"]) await labs[0]!.state.enqueue(request("t/letters", key, key), 0);
  await Promise.all(labs.map(({ orchestrator }) => all(orchestrator.work())));
  assertEquals(most, 1);
  assertEquals((await labs[0]!.state.runs(9)).map(({ status }) => status), ["succeeded", "succeeded"]);
});
