import { assertEquals } from "@std/assert";
import { memoryState } from "../../adapters/state/memory/state.ts";
import { memoryStore } from "../../adapters/state/memory/store.ts";
import type { Json, RunRecord, SensorContext } from "../../core/mod.ts";
import { runStatus, type RunStatusOptions } from "../../sensors/run_status.ts";

const REQUEST = { command: "materialize", ranges: [] } as const;

function opened(given: Partial<RunStatusOptions> = {}) {
  const state = memoryState(memoryStore(), "a");
  const told: string[] = [];
  const act = ({ id, status }: RunRecord): unknown => told.push(`${id} ${status}`);
  const sensor = runStatus({ name: "ended", act, ...given });
  let cursor: Json | undefined;
  return {
    state,
    told,
    async call({ forgets = false } = {}) {
      const sensed = await sensor.sense(
        { cursor, now: 0, signal: new AbortController().signal, runs: state } as Partial<
          SensorContext<unknown>
        > as SensorContext<unknown>,
      );
      if (!forgets) cursor = sensed.cursor;
      return sensed;
    },
  };
}

Deno.test("each run that has ended since is told of once, whatever the order in which runs end", async () => {
  const { state, told, call } = opened();
  for (let i = 0; i < 3; i++) await state.enqueue(REQUEST, 0);
  const end = (id: number, status: "succeeded" | "failed") => state.endRun(id, status, null, 1);
  await end(1, "failed");
  await call();
  assertEquals(told, [], "those of before it began are nobody's");
  await end(3, "succeeded");
  await state.enqueue(REQUEST, 0);
  await call();
  assertEquals(told, ["3 succeeded"]);
  await end(4, "failed");
  await end(2, "succeeded");
  await call();
  await call();
  assertEquals(told, ["3 succeeded", "2 succeeded", "4 failed"]);
});

Deno.test("who is killed before the cursor moved tells of the same runs again; others are left out", async () => {
  const { state, told, call } = opened({ statuses: ["failed"] });
  await call();
  for (const status of ["failed", "succeeded", "cancelled"] as const) {
    const { run } = await state.enqueue(REQUEST, 0);
    await state.endRun(run, status, null, 1);
  }
  await call({ forgets: true });
  await call();
  await call();
  assertEquals(told, ["1 failed", "1 failed"]);
});

Deno.test("of many runs some are told of at a time, and what the function asks for is asked for", async () => {
  const { state, call } = opened({
    act: ({ id }) => id === 7 ? [{ key: `after ${id}`, selection: ["t/report"] }] : undefined,
  });
  await call();
  for (let i = 0; i < 250; i++) {
    const { run } = await state.enqueue(REQUEST, 0);
    await state.endRun(run, "succeeded", null, 1);
  }
  const calls = [];
  for (let i = 0; i < 4; i++) calls.push(await call());
  assertEquals(calls.map(({ skip }) => skip), [
    "told of 100 runs that ended",
    "told of 100 runs that ended",
    "told of 50 runs that ended",
    "no run has ended",
  ]);
  assertEquals(calls[0]!.requests, [{ key: "after 7", selection: ["t/report"] }]);
});
